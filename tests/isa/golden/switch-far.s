# The same with targets far apart: the table is a hashed one.
start:  and eax, 3
        jmp [rax*8+table]
case0:  mov ebx, 10
        syscall
        .skip 900
case1:  mov ebx, 11
        syscall
        .skip 900
case2:  mov ebx, 12
        syscall
        .skip 900
case3:  mov ebx, 13
        syscall
        .balign 8
table:  .quad case0, case1, case2, case3
