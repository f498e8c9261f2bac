#include "harness.h"
const struct kernel_test item_tests[] = {{0, 0}};
