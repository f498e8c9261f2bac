/*
 * Debian's Lua asks its build for the name of the architecture's library
 * folder, to find C modules. There are none here; the name has no effect.
 */
#define DEB_HOST_MULTIARCH "vitrine"
