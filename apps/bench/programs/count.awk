# Words by how often they are there, and the length of lines.
{ length_sum += length($0); for (i = 1; i <= NF; i++) count[$i]++ }
NR % 7 == 0 { gsub(/o+/, "0"); sum += index($0, "0") + substr($0, 3, 4) * 1 }
END {
  for (word in count) { words++; if (count[word] > most || (count[word] == most && word < best)) { most = count[word]; best = word } }
  print NR, length_sum, words, best, most, sum
}
