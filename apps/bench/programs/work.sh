# Loops, arithmetic, strings, arrays and a function, all inside bash. $1: rounds.
rounds=${1:-1} total=0
declare -A seen

hash() {
  local text=$1 i value=7
  for ((i = 0; i < ${#text}; i++)); do
    case ${text:i:1} in
      [aeiou]) value=$(((value * 31 + 1) & 0xffff)) ;;
      *) value=$(((value * 33 + i) & 0xffff)) ;;
    esac
  done
  REPLY=$value
}

for ((r = 0; r < rounds; r++)); do
  word="item-$((r % 211))-${RANDOM_SUFFIX:-x}"
  hash "${word//-/_}"
  seen[$word]=$REPLY
  total=$(((total + REPLY) & 0xffffff))
done
echo "$total ${#seen[@]}"
