# The vdso: time and CPU number without a system call. Built by tools/build-vdso.mjs into src/exec/vdso/vdso-image.generated.ts.
#
# rdtsc counts nanoseconds of the monotonic clock since boot (packages/core), so no scaling is needed. The kernel keeps the rest in
# [vvar], three pages below (src/exec/vdso/vvar.ts):
#
#   vvar_page  +0   u32  sequence: odd while the kernel writes
#              +8   u64  wall clock at monotonic 0, seconds
#              +16  u64  the same, nanoseconds below a second
#
# The clocks are those that Linux 5.4's vdso knows (lib/vdso/gettimeofday.c); every other one is asked of the kernel. Bad pointers
# fault in the program, as they do there. All functions are leaves that use neither stack nor saved registers.

	.set	NSEC_PER_SEC, 1000000000
	.set	NSEC_PER_USEC, 1000
	# One tick of the kernel (Hz.Kernel): the coarse clocks' resolution.
	.set	TICK_NSEC, 4000000

	.set	SYS_clock_gettime, 228
	.set	SYS_clock_getres, 229

	.set	CLOCK_TAI, 11
	# Bits by clock id.
	.set	WALL_CLOCKS, (1 << 0) | (1 << 5) | (1 << 11)
	.set	COARSE_CLOCKS, (1 << 5) | (1 << 6)
	# MONOTONIC, MONOTONIC_RAW, BOOTTIME and what the other two have.
	.set	KNOWN_CLOCKS, WALL_CLOCKS | COARSE_CLOCKS | (1 << 1) | (1 << 4) | (1 << 7)

	.set	SEQUENCE, 0
	.set	BOOT_SEC, 8
	.set	BOOT_NSEC, 16

# rax: monotonic nanoseconds. Changes rdx.
.macro monotonic
	rdtsc
	shl	$32, %rdx
	or	%rdx, %rax
.endm

# r11d: the bit of the clock in edi. Jumps where the vdso does not know it. Changes rcx.
.macro clock_bit unknown
	cmp	$CLOCK_TAI, %edi
	ja	\unknown
	mov	%edi, %ecx
	mov	$1, %r11d
	shl	%cl, %r11d
	test	$KNOWN_CLOCKS, %r11d
	jz	\unknown
.endm

# Adds the wall clock at boot: its nanoseconds to rax, r8 := its seconds. Changes r9, r10.
.macro read_boot_time
	mov	vvar_page+SEQUENCE(%rip), %r9d
	test	$1, %r9d
	jnz	1b
	mov	vvar_page+BOOT_SEC(%rip), %r8
	mov	vvar_page+BOOT_NSEC(%rip), %r10
	cmp	vvar_page+SEQUENCE(%rip), %r9d
	jne	1b
	add	%r10, %rax
.endm

# rax → seconds, rdx → nanoseconds.
.macro split_seconds
	xor	%edx, %edx
	mov	$NSEC_PER_SEC, %ecx
	div	%rcx
.endm

.macro entry name
	.globl	__vdso_\name
	.weak	\name
	.type	__vdso_\name, @function
	.type	\name, @function
	.p2align 4
__vdso_\name:
\name:
	.cfi_startproc
.endm

.macro end_entry name
	.cfi_endproc
	.size	__vdso_\name, . - __vdso_\name
	.size	\name, . - \name
.endm

	.text

# int clock_gettime(clockid_t clock, struct timespec *ts)
entry clock_gettime
	clock_bit 3f
	monotonic
	test	$COARSE_CLOCKS, %r11d
	jz	0f
	# The time of the last tick.
	mov	%rax, %r10
	xor	%edx, %edx
	mov	$TICK_NSEC, %ecx
	div	%rcx
	mov	%r10, %rax
	sub	%rdx, %rax
0:
	xor	%r8d, %r8d
	test	$WALL_CLOCKS, %r11d
	jz	2f
1:
	read_boot_time
2:
	split_seconds
	add	%r8, %rax
	mov	%rax, (%rsi)
	mov	%rdx, 8(%rsi)
	xor	%eax, %eax
	ret
3:
	mov	$SYS_clock_gettime, %eax
	syscall
	ret
end_entry clock_gettime

# int clock_getres(clockid_t clock, struct timespec *res)
entry clock_getres
	clock_bit 3f
	mov	$1, %edx
	test	$COARSE_CLOCKS, %r11d
	jz	1f
	mov	$TICK_NSEC, %edx
1:
	xor	%eax, %eax
	test	%rsi, %rsi
	jz	2f
	mov	%rax, (%rsi)
	mov	%rdx, 8(%rsi)
2:
	ret
3:
	mov	$SYS_clock_getres, %eax
	syscall
	ret
end_entry clock_getres

# int gettimeofday(struct timeval *tv, struct timezone *tz): the kernel's time zone is always 0.
entry gettimeofday
	test	%rdi, %rdi
	jz	2f
	monotonic
1:
	read_boot_time
	split_seconds
	add	%r8, %rax
	mov	%rax, (%rdi)
	mov	%edx, %eax
	xor	%edx, %edx
	mov	$NSEC_PER_USEC, %ecx
	div	%ecx
	mov	%rax, 8(%rdi)
2:
	test	%rsi, %rsi
	jz	3f
	movq	$0, (%rsi)
3:
	xor	%eax, %eax
	ret
end_entry gettimeofday

# time_t time(time_t *t)
entry time
	monotonic
1:
	read_boot_time
	split_seconds
	add	%r8, %rax
	test	%rdi, %rdi
	jz	2f
	mov	%rax, (%rdi)
2:
	ret
end_entry time

# int getcpu(unsigned *cpu, unsigned *node, void *unused): a machine has one CPU, number 0.
entry getcpu
	xor	%eax, %eax
	test	%rdi, %rdi
	jz	1f
	mov	%eax, (%rdi)
1:
	test	%rsi, %rsi
	jz	2f
	mov	%eax, (%rsi)
2:
	ret
end_entry getcpu

	# Which kernel it belongs to: LINUX_VERSION_CODE of 5.4.0.
	.section .note.Linux, "a", @note
	.p2align 2
	.long	6, 4, 0
	.asciz	"Linux"
	.p2align 2
	.long	(5 << 16) | (4 << 8)

	.section .note.GNU-stack, "", @progbits
