# Bytes and words of registers; 32 bits clear the upper half.
start:  mov al, 7
        mov ah, 9
        mov bx, 0x1234
        mov ecx, eax
        movsx rdx, al
        syscall
