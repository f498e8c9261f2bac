/*
 * The spinner: an endless loop without a single system call. It never gives
 * the CPU away; the timer and the kernel take it.
 */
int main(void)
{
    volatile unsigned long turns = 0;
    for (;;)
        turns++;
}
