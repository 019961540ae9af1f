// SPDX-License-Identifier: GPL-2.0-or-later
// FIT images made in memory, as mkimage makes them of an .its file.
#pragma once

#include "base/devicetree.h"

#include <string>
#include <vector>

namespace kexec::testing {

struct FitPlanHash {
    std::string algorithm;
    std::string value; // empty: the right one, of those that are known
};

struct FitPlanImage {
    std::string name, type;
    Buffer data;
    std::string architecture = "arm64", os = "linux", compression = "none";
    std::vector<FitPlanHash> hashes = {{"sha256", ""}};
};

struct FitPlanConfiguration {
    std::string name, kernel, ramdisk;
    std::vector<std::string> trees;
    std::string loadables = {};
};

enum class FitData { inside, behind, at_a_position };

struct FitPlan {
    std::vector<FitPlanImage> images;
    std::vector<FitPlanConfiguration> configurations;
    std::string default_configuration;
    FitData data = FitData::inside;
};

// The tree of it, to change; data that lies behind the tree is appended to `store`.
DeviceTree fit_tree(const FitPlan &plan, Buffer &store);
Buffer build_fit(const FitPlan &plan);

// A kernel, a ramdisk and two trees, of which one is an overlay, and the configurations conf-1 with all of
// them and conf-2 with the kernel alone.
FitPlan usual_fit(const Buffer &kernel);

// An overlay that needs no labels.
Buffer small_overlay();

} // namespace kexec::testing
