# A product of 128 bits; a division that faults is the interpreter's.
start:  mov eax, 1000
        imul rcx, rcx, 7
        mul ecx
        mov ebx, 10
        div ebx
        syscall
