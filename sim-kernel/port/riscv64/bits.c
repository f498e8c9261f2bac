/*
 * Counting zeros: GCC calls these where the instruction set has none (the
 * base of RISC-V does not). Its own library is built for another calling
 * convention than the kernel, which has no floating point.
 */
int __clzdi2(unsigned long n);
int __ctzdi2(unsigned long n);

/* Zeros above the highest bit; n is not 0. */
int __clzdi2(unsigned long n)
{
    int zeros = 0;
    for (int half = 32; half; half /= 2)
        if (!(n >> (64 - half))) {
            zeros += half;
            n <<= half;
        }
    return zeros;
}

/* Zeros below the lowest bit; n is not 0. */
int __ctzdi2(unsigned long n)
{
    return 63 - __clzdi2(n & -n);
}
