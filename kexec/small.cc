// SPDX-License-Identifier: GPL-2.0-or-later
// For a program that is built to be small (-Dsmall=true): what stands here in the place of parts of the C
// library keeps a quarter or a third of a static program out of it. They know languages, locales and streams
// of wide characters, and are asked for numbers, for names of errors, and by code that never runs. All are
// weak: where a part of the C library is needed for something else, its own definitions hold.
#undef _FORTIFY_SOURCE // which defines some of them for itself
#include "base/text.h"
#include "kexec/c_locale.h"

#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using kexec::leading_number;
using kexec::LeadingNumber;

namespace {

void say(std::string_view text) {
    if (write(STDERR_FILENO, text.data(), text.size()) < 0)
        return; // there is nobody to tell
}

} // namespace

struct _IO_FILE;

extern "C" {

// As <assert.h> declares it.
[[noreturn, gnu::weak]] void __assert_fail(const char *assertion, const char *, unsigned, const char *) {
    for (std::string_view part :
         {std::string_view("assertion failed: "), std::string_view(assertion), std::string_view("\n")})
        say(part);
    std::abort();
}

// The program itself writes to descriptors. What is left is malloc_stats, malloc_info and what fmt says of a
// mistake in itself, which nobody calls.
[[gnu::weak]] _IO_FILE *stdout = nullptr, *stderr = nullptr;

[[gnu::weak]] int fprintf(_IO_FILE *, const char *format, ...) {
    say(format);
    return 0;
}

// What fprintf is called where long double is that of IEEE 754: on ppc64.
[[gnu::weak]] int __fprintfieee128(_IO_FILE *, const char *format, ...) {
    say(format);
    return 0;
}

[[gnu::weak]] int fputs(const char *text, _IO_FILE *) {
    say(text);
    return 0;
}

[[gnu::weak]] int _IO_fputs(const char *text, _IO_FILE *) {
    say(text);
    return 0;
}

[[gnu::weak]] int fputc(int letter, _IO_FILE *) {
    const char text = static_cast<char>(letter);
    say({&text, 1});
    return letter;
}

[[gnu::weak]] std::size_t fwrite(const void *data, std::size_t size, std::size_t count, _IO_FILE *) {
    say({static_cast<const char *>(data), size * count});
    return count;
}

// libelf and the C++ library ask for translations of what they say of errors.
[[gnu::weak]] char *gettext(const char *message) { return const_cast<char *>(message); }
[[gnu::weak]] char *dcgettext(const char *, const char *message, int) { return const_cast<char *>(message); }

[[gnu::weak]] char *strerror(int number) noexcept {
    static char unknown[] = "Unknown error -2147483648";
    if (const char *known = strerrordesc_np(number))
        return const_cast<char *>(known);
    char *digits = unknown + sizeof "Unknown error " - 1;
    *std::to_chars(digits, std::end(unknown) - 1, number).ptr = '\0';
    return unknown;
}

// The C library's own strerror_r, and what it calls it itself.
[[gnu::weak]] char *strerror_r(int number, char *, std::size_t) noexcept { return strerror(number); }
[[gnu::weak]] char *__strerror_r(int number, char *, std::size_t) { return strerror(number); }

// Without these the tables of the C locale are part of the program, which translate whole alphabets. The
// first is called at the start, to find them.
[[gnu::weak]] void __ctype_init() {}

[[gnu::weak]] const unsigned short **__ctype_b_loc() {
    static const unsigned short *table = &kexec::letter_classes[kexec::letters_below_zero];
    return &table;
}

[[gnu::weak]] const __int32_t **__ctype_tolower_loc() {
    static const __int32_t *table = &kexec::lower_letters[kexec::letters_below_zero];
    return &table;
}

[[gnu::weak]] const __int32_t **__ctype_toupper_loc() {
    static const __int32_t *table = &kexec::upper_letters[kexec::letters_below_zero];
    return &table;
}

// libfdt reads numbers in paths of overlays, libelf in archives.
[[gnu::weak]] unsigned long strtoul(const char *text, char **end, int base) noexcept {
    LeadingNumber number = leading_number(text, base);
    if (end)
        *end = const_cast<char *>(text) + number.length;
    if (!number.fits) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return number.negative ? 0 - number.magnitude : number.magnitude;
}

[[gnu::weak]] long strtol(const char *text, char **end, int base) noexcept {
    LeadingNumber number = leading_number(text, base);
    if (end)
        *end = const_cast<char *>(text) + number.length;
    if (!number.fits || number.magnitude > static_cast<unsigned long>(LONG_MAX) + number.negative) {
        errno = ERANGE;
        return number.negative ? LONG_MIN : LONG_MAX;
    }
    return static_cast<long>(number.negative ? 0 - number.magnitude : number.magnitude);
}

} // extern "C"
