/*
 * The smallest system there is: one program on the kernel, one line.
 */
#include <kenge.h>

int main(int argc, char **argv)
{
    kenge_print("Hello from the only program, %s.\n",
                argc ? argv[0] : "without a name");
    return 0;
}
