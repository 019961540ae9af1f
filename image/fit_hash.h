// SPDX-License-Identifier: GPL-2.0-or-later
// The hashes that an image in a FIT image states of its data (nodes "hash-1", "hash@1"), of all the kinds
// that U-Boot's mkimage makes. They tell damage; what they say of who made the file only signatures of
// U-Boot's could.
#pragma once

#include "base/bytes.h"

#include <string>
#include <string_view>
#include <vector>

namespace kexec {

struct FitHash {
    std::string algorithm; // as the file calls it
    Bytes value;
};

// The algorithms by which the data was found to be right. Cause::bad_image where one says that it is not;
// Cause::unsupported where there are hashes and none of them is of a kind that is known. `image` is its name
// for the errors.
Result<std::vector<std::string>> check_fit_hashes(Bytes data, const std::vector<FitHash> &hashes,
                                                  std::string_view image);

} // namespace kexec
