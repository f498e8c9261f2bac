/*
 * VM: a task used as the guest address space of an extended vCPU. Created
 * with l4_factory_create_vm(), mapped with l4_task_map().
 *
 * Not modelled: the accessors of hardware virtualisation state (l4_vm_vmx_*,
 * SVM structures). Source: ABI.md section 1, "VM".
 */
#ifndef L4_SYS_VM_H
#define L4_SYS_VM_H

#include <l4/sys/factory.h>
#include <l4/sys/task.h>
#include <l4/sys/vcpu.h>

#endif
