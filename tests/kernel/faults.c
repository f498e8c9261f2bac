#include "harness.h"
const struct kernel_test fault_tests[] = {{0, 0}};
