# Memory as destination.
start:  add dword ptr [rdi+4], 5
        inc qword ptr [rdi+8]
        xor byte ptr [rdi+16], al
        syscall
