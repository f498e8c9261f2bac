#include "harness.h"
const struct kernel_test memory_tests[] = {{0, 0}};
