/** Command lines of programs that we did not write; each runs natively and in Ring3 and must agree in output and exit status. */
export interface ProgramCase {
  name: string;
  /** Commands that must be installed. */
  needs: readonly string[];
  argv: readonly string[];
  stdin?: string;
}

const sh = (name: string, shell: string, script: string, needs: readonly string[] = [], stdin?: string): ProgramCase => ({
  name,
  needs: [shell, ...needs],
  argv: [shell, '-c', script],
  ...(stdin === undefined ? {} : { stdin }),
});

const busybox = (name: string, script: string): ProgramCase => ({
  name: `busybox: ${name}`,
  needs: ['busybox'],
  argv: ['busybox', 'sh', '-c', script],
});

const shellScripts: readonly [name: string, script: string][] = [
  [
    'arithmetic and functions',
    'f() { [ $1 -le 1 ] && echo 1 || echo $(($1 * $(f $(($1 - 1))))); }; f 10; echo $((6*7)) $((1<<40)) $((-7/2)) $((-7%3))',
  ],
  ['pipes', 'printf "%s\\n" pear apple fig apple | sort | uniq -c | sort -rn'],
  ['background jobs and wait', 'for i in 1 4 7; do (sleep 0.$i; echo $i) & done; wait; echo all'],
  ['traps and signals', 'trap "echo usr1" USR1; kill -USR1 $$; trap "echo bye" EXIT; (kill -TERM $$ & wait) 2>/dev/null; echo not reached'],
  [
    'exit status of a killed child',
    '{ sh -c "kill -9 \\$\\$"; echo $?; sh -c "kill -SEGV \\$\\$"; echo $?; } 2>/dev/null; false; echo $?; exit 42',
  ],
  [
    'here documents and redirections',
    'cat <<E >&2 2>&1\nline $((1+1))\nE\necho out; { echo a; echo b >&2; } 2>&1 | wc -l; exec 3>&1; echo three >&3',
  ],
  ['loops and case', 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); case $i in *99) echo $i;; esac; done'],
  [
    'files',
    'd=$(mktemp -d); cd $d; echo one >a; ln a b; ln -s a c; mkdir -p x/y; mv b x/y; cat c x/y/b; ls -R | grep -v :; rm -r x; [ -e x ] || echo gone; cd /; rm -r $d',
  ],
  ['subshells and command substitution', 'x=$(echo $(echo $(echo deep))); echo $x; (x=changed); echo $x; echo `pwd`'],
  ['broken pipe', 'yes | head -n 3; echo done'],
];

export const programCases: readonly ProgramCase[] = [
  ...shellScripts.flatMap(([name, script]) => ['dash', 'bash'].map((shell) => sh(`${shell}: ${name}`, shell, script))),
  ...shellScripts.map(([name, script]) => busybox(name, script)),
  sh(
    'bash: arrays, associative arrays, regular expressions',
    'bash',
    'a=(x y z); declare -A m=([k]=v [l]=w); echo ${a[@]:1} ${#a[@]} ${m[k]} ${m[l]}; [[ foo123 =~ ^([a-z]+)([0-9]+)$ ]] && echo ${BASH_REMATCH[2]}; printf "%q %05d %x\\n" "a b" 42 255; echo ${PATH//:/ } | wc -w',
  ),
  sh(
    'bash: process substitution and coproc',
    'bash',
    'diff <(seq 5) <(seq 2 6); coproc cat; echo hi >&${COPROC[1]}; read -u ${COPROC[0]} x; echo got $x',
  ),
  sh(
    'bash: mapfile, read, select of IFS',
    'bash',
    'mapfile -t l < /etc/passwd; echo ${#l[@]}; IFS=: read -r u _ id _ <<<"${l[0]}"; echo $u $id',
  ),
  sh(
    'bash: time limits and read -t',
    'bash',
    'read -t 0.05 x < <(sleep 1); echo $?; a=${EPOCHREALTIME/./}; sleep 0.1; b=${EPOCHREALTIME/./}; echo $((b - a >= 100000 && b - a < 900000))',
  ),
  sh(
    'coreutils: text',
    'sh',
    'seq 1 1000 | tee /dev/null | sort -R --random-source=/etc/passwd | sort -n | md5sum; seq 100 | shuf --random-source=/etc/passwd | head -3; seq 20 | paste -sd+ | tr + " "; printf "b\\ta\\n" | cut -f2; seq 30 | split -l 10 --filter="wc -l"; echo hello | tr a-z A-Z | rev | fold -w2 | nl; expr 6 \\* 7; factor 1234567890123456789',
  ),
  sh(
    'coreutils: digests',
    'sh',
    'seq 1 20000 | sha256sum; seq 1 20000 | sha1sum; seq 1 20000 | md5sum; seq 1 20000 | b2sum; seq 1 20000 | cksum; seq 1 20000 | sha512sum',
  ),
  sh(
    'coreutils: files',
    'sh',
    'd=$(mktemp -d); cd $d; touch -d "2020-01-02 03:04:05" f; stat -c "%n %s %a %y %F" f; chmod 640 f; stat -c %A f; dd if=/dev/zero of=g bs=1k count=3 status=none; wc -c g; truncate -s 5 g; od -An -tx1 g; cp -a f h; ls -l --time-style=full-iso f h | cut -d" " -f1,6,7; du -b g; realpath --relative-to=/ $d/../$(basename $d)/f | wc -c; cd /; rm -rf $d',
  ),
  sh('coreutils: ls -l /', 'sh', "ls -l / | sed 1d | awk '{print $1, $NF}' | grep -v -e proc -e sys -e dev -e tmp -e run", ['gawk']),
  sh(
    'coreutils: dates and numbers',
    'sh',
    'date -u -d @1000000000; numfmt --to=iec 123456789; printf "%.10f\\n" 3.14159265358979; seq 0 0.1 0.5; bc </dev/null 2>/dev/null; env -i A=1 env; id -u; uname -s; nproc >/dev/null; basename /a/b.c .c; timeout 0.1 sleep 5; echo $?',
  ),
  { name: 'grep: patterns', needs: ['grep'], argv: ['grep', '-nE', '^(root|daemon):.*/(bash|nologin)$', '/etc/passwd'] },
  { name: 'grep: no match', needs: ['grep'], argv: ['grep', '-c', 'not-there-at-all', '/etc/passwd'] },
  { name: 'grep: recursive', needs: ['grep'], argv: ['grep', '-rlE', 'include <(signal|unistd).h>', 'tests/guest'] },
  sh(
    'sed',
    'sh',
    'seq 50 | sed -n "/7$/{s/^/[/;s/$/]/;p}"; printf "a b c\\n" | sed -E "s/(.) (.) (.)/\\3\\2\\1/;y/abc/xyz/"; seq 5 | sed "2,3d;\\$!N;P;D"',
    ['sed'],
  ),
  {
    name: 'gawk: program',
    needs: ['gawk'],
    argv: [
      'gawk',
      'BEGIN { for (i = 0; i < 2000; i++) s += sqrt(i) * sin(i); printf "%.12g\\n", s; n = split("the quick brown fox", w); for (i = n; i; i--) printf "%s ", toupper(w[i]); print strftime("%Y", 0, 1); "echo sub" | getline x; print x }',
    ],
  },
  {
    name: 'gawk: fields',
    needs: ['gawk'],
    argv: ['gawk', '-F:', '{ count[$7]++ } END { n = asorti(count, k); for (i = 1; i <= n; i++) print k[i], count[k[i]] }', '/etc/passwd'],
  },
  sh(
    'find',
    'sh',
    'find /usr/share/perl5 /etc -maxdepth 2 -name "*.conf" -type f 2>/dev/null | sort | head -20; find tests/guest -name "*.c" -size +1k -exec basename {} \\; | sort',
    ['find'],
  ),
  sh(
    'tar and gzip',
    'sh',
    'd=$(mktemp -d); tar -C tests -cf - guest | gzip -9 | gunzip | tar -C $d -xf -; diff -r tests/guest $d/guest && echo same; tar -C tests --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - guest | md5sum; gzip -c /etc/services 2>/dev/null | gzip -dc | cmp - /etc/services; rm -rf $d',
    ['tar', 'gzip'],
  ),
  {
    name: 'lua: numbers, strings, tables, coroutines',
    needs: ['lua5.4'],
    argv: [
      'lua5.4',
      '-e',
      'print(2^53|0, math.pi, 7//2, -7//2, 7%-3, 1e308*10, 0/0 ~= 0/0, string.format("%q %5.2f %x", "a\\nb", 2.5, 255)) local t={} for i=1,200 do t[#t+1]=(i*7919)%101 end table.sort(t) print(table.concat(t,",",1,20)) local co=coroutine.wrap(function(a) for i=1,3 do a=coroutine.yield(a*i) end end) print(co(2),co(3),co(4)) print(pcall(error,{code=1}) == false) print(("x"):rep(10,"-"), ("hello world"):gsub("o","0")) print(os.time{year=2020,month=1,day=1,hour=0})',
    ],
  },
  {
    name: 'lua: recursion and closures',
    needs: ['lua5.4'],
    argv: [
      'lua5.4',
      '-e',
      'local function fib(n) if n<2 then return n end return fib(n-1)+fib(n-2) end print(fib(22)) local s=0 for i=1,100000 do s=s+i%7*0.5 end print(s) collectgarbage() print(collectgarbage("count")>0)',
    ],
  },
  sh(
    'tcc: compile and run',
    'sh',
    'd=$(mktemp -d); printf \'#include <stdio.h>\\n#include <math.h>\\nint main(int c,char**v){double s=0;for(int i=1;i<1000;i++)s+=1.0/i;printf("%%d %%.12f %%s\\\\n",c,s,v[c-1]);return 7;}\' >$d/a.c; tcc -o $d/a $d/a.c && $d/a x y; echo $?; tcc -run $d/a.c z; echo $?; rm -r $d',
    ['tcc'],
  ),
  { name: 'static PIE', needs: ['gcc'], argv: ['.cache/guest/hello.static-pie', 'a', 'b'] },
  { name: 'musl', needs: ['musl-gcc'], argv: ['.cache/guest/hello.musl', 'a', 'b'] },
  { name: 'dynamic PIE', needs: ['gcc'], argv: ['.cache/guest/hello.pie', 'a', 'b'] },
  { name: 'not PIE', needs: ['gcc'], argv: ['.cache/guest/hello.no-pie', 'a', 'b'] },
];
