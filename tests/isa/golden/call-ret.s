# A call of a function that is translated with it: a call in WebAssembly, whose return address is compared.
start:  mov rcx, 3
        call f
        add rax, rcx
        syscall
f:      lea rax, [rcx+rcx]
        ret
