# Flags that a later block may read stay as operation and operands.
start:  sub rax, 2
        lea rbx, [rax+rcx]
        mov rdx, rbx
        syscall
