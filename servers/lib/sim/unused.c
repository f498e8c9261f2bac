/*
 * Hooks GCC may call that mean nothing here.
 *
 * -fsanitize=kernel-address can also guard stacks and globals with red
 * zones; programs are built without those (asan-stack=0, asan-globals=0), as
 * the page tables are the only thing checked. The calls that remain around
 * noreturn functions, allocas and constructors are answered by doing nothing.
 */
#include <stddef.h>

void __asan_handle_no_return(void);
void __asan_before_dynamic_init(const char *module);
void __asan_after_dynamic_init(void);
void __asan_register_globals(void *globals, size_t count);
void __asan_unregister_globals(void *globals, size_t count);
void __asan_poison_stack_memory(const void *address, size_t size);
void __asan_unpoison_stack_memory(const void *address, size_t size);
void __asan_alloca_poison(const void *address, size_t size);
void __asan_allocas_unpoison(const void *top, const void *bottom);

void __asan_handle_no_return(void)
{
}

void __asan_before_dynamic_init(const char *module)
{
    (void)module;
}

void __asan_after_dynamic_init(void)
{
}

void __asan_register_globals(void *globals, size_t count)
{
    (void)globals;
    (void)count;
}

void __asan_unregister_globals(void *globals, size_t count)
{
    (void)globals;
    (void)count;
}

void __asan_poison_stack_memory(const void *address, size_t size)
{
    (void)address;
    (void)size;
}

void __asan_unpoison_stack_memory(const void *address, size_t size)
{
    (void)address;
    (void)size;
}

void __asan_alloca_poison(const void *address, size_t size)
{
    (void)address;
    (void)size;
}

void __asan_allocas_unpoison(const void *top, const void *bottom)
{
    (void)top;
    (void)bottom;
}
