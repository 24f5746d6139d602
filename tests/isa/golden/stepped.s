# What has no translation is done by the interpreter from inside the region.
start:  add rax, 1
        fld qword ptr [rdi]
        fstp qword ptr [rdi+8]
        add rax, 1
        syscall
