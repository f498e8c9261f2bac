/*
 * The library's own names, out of the way of a program's: each gets a prefix.
 *
 * Programs are linked with the library's objects, so a function of theirs
 * called lock_take() would silently take ours' place. Every name that more
 * than one file of this folder uses stands here; `call_...` are left as they
 * are.
 */
#ifndef GLUE_NAMES_H
#define GLUE_NAMES_H

#define address_from            glue_address_from
#define address_to              glue_address_to
#define child_add               glue_child_add
#define child_kill              glue_child_kill
#define children_ended          glue_children_ended
#define children_watch          glue_children_watch
#define console_file            glue_console_file
#define console_open            glue_console_open
#define descriptor_is_inherited glue_descriptor_is_inherited
#define faults_handler          glue_faults_handler
#define faults_push             glue_faults_push
#define faults_watch            glue_faults_watch
#define file_await              glue_file_await
#define file_drop               glue_file_drop
#define file_get_stat           glue_file_get_stat
#define file_install            glue_file_install
#define file_memory_copy        glue_file_memory_copy
#define file_memory_drop        glue_file_memory_drop
#define file_memory_get         glue_file_memory_get
#define file_memory_show        glue_file_memory_show
#define file_mmap               glue_file_mmap
#define file_new                glue_file_new
#define file_read_at            glue_file_read_at
#define file_take               glue_file_take
#define file_use                glue_file_use
#define futex_enqueue           glue_futex_enqueue
#define futex_first             glue_futex_first
#define futex_give_up           glue_futex_give_up
#define futex_irq               glue_futex_irq
#define futex_lock              glue_futex_lock
#define futex_lock_pi           glue_futex_lock_pi
#define futex_pi_ends           glue_futex_pi_ends
#define futex_pi_unlinked       glue_futex_pi_unlinked
#define futex_release           glue_futex_release
#define futex_set_cpus          glue_futex_set_cpus
#define futex_set_priority      glue_futex_set_priority
#define futex_sleep             glue_futex_sleep
#define futex_unlock_pi         glue_futex_unlock_pi
#define inherited_file          glue_inherited_file
#define lock_drop               glue_lock_drop
#define lock_take               glue_lock_take
#define mapping_drop            glue_mapping_drop
#define mapping_store           glue_mapping_store
#define memory_drop_shared      glue_memory_drop_shared
#define memory_find_shared      glue_memory_find_shared
#define memory_limit_rights     glue_memory_limit_rights
#define memory_lock             glue_memory_lock
#define memory_map              glue_memory_map
#define memory_unmap_locked     glue_memory_unmap_locked
#define net_file_open           glue_net_file_open
#define origin_read             glue_origin_read
#define origin_write            glue_origin_write
#define path_find               glue_path_find
#define pool_give               glue_pool_give
#define pool_page               glue_pool_page
#define pool_take               glue_pool_take
#define range_cut               glue_range_cut
#define range_give              glue_range_give
#define range_holder            glue_range_holder
#define range_insert            glue_range_insert
#define range_next              glue_range_next
#define range_spare             glue_range_spare
#define ranges                  glue_ranges
#define ready_irq               glue_ready_irq
#define ready_listen            glue_ready_listen
#define ready_new_irq           glue_ready_new_irq
#define ready_seen              glue_ready_seen
#define ready_tell              glue_ready_tell
#define ready_wait              glue_ready_wait
#define rom_tree                glue_rom_tree
#define root_tree               glue_root_tree
#define server_file             glue_server_file
#define server_file_cap         glue_server_file_cap
#define server_file_open        glue_server_file_open
#define server_fill_stat        glue_server_fill_stat
#define server_pipe             glue_server_pipe
#define server_result           glue_server_result
#define server_stream_open      glue_server_stream_open
#define server_sync_all         glue_server_sync_all
#define server_tree             glue_server_tree
#define server_tree_is_there    glue_server_tree_is_there
#define server_watch            glue_server_watch
#define shared_wait             glue_shared_wait
#define shared_wake             glue_shared_wake
#define signal_action           glue_signal_action
#define signal_deliver          glue_signal_deliver
#define signal_deliver_at       glue_signal_deliver_at
#define signal_end              glue_signal_end
#define signal_mask             glue_signal_mask
#define signal_raise            glue_signal_raise
#define signal_run              glue_signal_run
#define signal_send             glue_signal_send
#define signal_waits            glue_signal_waits
#define signals_inherit         glue_signals_inherit
#define signals_inherited       glue_signals_inherited
#define sleep_lock_drop         glue_sleep_lock_drop
#define sleep_lock_take         glue_sleep_lock_take
#define socket_await            glue_socket_await
#define socket_inherit          glue_socket_inherit
#define socket_is_stream        glue_socket_is_stream
#define socket_kind_name        glue_socket_kind_name
#define socket_limit            glue_socket_limit
#define socket_of               glue_socket_of
#define socket_read             glue_socket_read
#define socket_state            glue_socket_state
#define socket_write            glue_socket_write
#define spawn_path              glue_spawn_path
#define spawn_table_clear       glue_spawn_table_clear
#define spawn_table_fill        glue_spawn_table_fill
#define spawn_table_give        glue_spawn_table_give
#define thread_by_id            glue_thread_by_id
#define thread_id               glue_thread_id
#define thread_interrupt        glue_thread_interrupt
#define thread_next             glue_thread_next
#define thread_program          glue_thread_program
#define thread_self             glue_thread_self
#define thread_sleep            glue_thread_sleep
#define thread_start_internal   glue_thread_start_internal
#define thread_was_interrupted  glue_thread_was_interrupted
#define time_deadline           glue_time_deadline
#define time_is_bad             glue_time_is_bad
#define time_us                 glue_time_us
#define unopened_kind           glue_unopened_kind
#define with_socket             glue_with_socket

#endif
