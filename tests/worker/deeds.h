/*
 * deeds.h: what a process may try under its filter of system calls. A deed
 * is done if it returns 0 or more; errno says why not.
 */
#ifndef KOSMO_TESTS_DEEDS_H
#define KOSMO_TESTS_DEEDS_H

typedef int deed(void);

enum outcome { DONE = 0, REFUSED, DIED, OTHER };

/*
 * What comes of d in a child that has entered the filter of kind: REFUSED is
 * the error refused, DIED what the kernel kills for it.
 */
enum outcome
deed_outcome(deed *d, int (*enter)(int kind), int kind, int refused);

deed start_a_program, write_a_file, make_a_file, empty_a_file, remove_a_file,
    read_a_file, change_a_mode, trace, use_the_network, use_netlink,
    use_raw_packets, listen_somewhere, become_another, make_code, map_code,
    signal_by_number, have_a_child;

#endif
