# A comparison of doubles sets flags; the branch reads them.
start:  ucomisd xmm0, xmm1
        ja 1f
        xor eax, eax
        syscall
1:      mov eax, 1
        syscall
