/*
 * l4util_reboot(): platform control is served on the ICU's capability.
 */
#include <l4/re/env.h>
#include <l4/sys/platform_control.h>
#include <l4/util/reboot.h>
#include <l4/util/util.h>

void l4util_reboot(void)
{
    l4_cap_idx_t icu = l4re_env_get_cap("icu");

    l4_platform_ctl_system_shutdown(
        l4_is_valid_cap(icu) ? icu : L4_BASE_ICU_CAP, 1);
    l4_sleep_forever();
}
