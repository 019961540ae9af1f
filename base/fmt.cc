// SPDX-License-Identifier: GPL-2.0-or-later
// The library fmt, compiled once. The distribution has no static library of it, and its header-only form
// doubles the time that every other file takes to compile; they include <fmt/core.h> alone.
// Nothing here is written as a country's people write it: what the C++ library has for that would be a fifth
// of a static program.
#define FMT_STATIC_THOUSANDS_SEPARATOR ','
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template FMT_API thousands_sep_result<char> thousands_sep_impl(locale_ref);
template FMT_API char decimal_point_impl(locale_ref);
template FMT_API void buffer<char>::append(const char *, const char *);
template FMT_API void vformat_to(buffer<char> &, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>,
                                 locale_ref);

} // namespace detail
FMT_END_NAMESPACE
