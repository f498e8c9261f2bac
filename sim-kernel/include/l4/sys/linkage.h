/*
 * Linkage of declarations, so that C++ programs can include the headers.
 *
 * L4Re changed the names in 2024-09; both spellings work here.
 */
#ifndef L4_SYS_LINKAGE_H
#define L4_SYS_LINKAGE_H

#ifdef __cplusplus
#define L4_BEGIN_DECLS extern "C" {
#define L4_END_DECLS   }
#define EXTERN_C       extern "C"
#define _Static_assert static_assert
#else
#define L4_BEGIN_DECLS
#define L4_END_DECLS
#define EXTERN_C
#endif

#define EXTERN_C_BEGIN L4_BEGIN_DECLS
#define EXTERN_C_END   L4_END_DECLS
#define L4_CV

#endif
