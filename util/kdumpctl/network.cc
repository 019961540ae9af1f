// SPDX-License-Identifier: GPL-2.0-or-later
// ip-route(8), ip-address(8): with -o each object is one line. "dynamic" stands at an address that was given
// for a time. dracut.cmdline(7): ip=CLIENT:PEER:GATEWAY:NETMASK:HOST:INTERFACE:none, addresses of IPv6 in
// brackets; an interface that has a name of the kernel's (eth0) has to get another one.
#include "util/kdumpctl/network.h"

#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t longest_list = 64 << 10;
constexpr std::string_view usual_mtu = "1500";

struct Way {
    std::string interface, gateway, source;
};

struct Address {
    std::uint64_t prefix = 0; // bits
    bool is_given = false;    // by DHCP, or by a router
};

bool is_version_6(std::string_view address) { return address.find(':') != std::string_view::npos; }

bool is_address(std::string_view host) {
    return is_version_6(host) || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string said_by(const World &world, std::string_view program, const std::vector<std::string> &words) {
    auto path = world.find_program(program);
    auto answer = path ? world.ask(*path, words) : Result<Answer>(Answer{1, {}});
    return answer && answer->status == 0 ? answer->text : std::string();
}

std::string word_behind(const std::vector<std::string_view> &words, std::string_view key) {
    for (std::size_t i = 0; i + 1 < words.size(); i++)
        if (words[i] == key)
            return std::string(words[i + 1]);
    return {};
}

std::string first_word(std::string_view text) {
    auto words = words_of(text);
    return words.empty() ? std::string() : std::string(words.front());
}

Way way_to(const World &world, const std::string &address) {
    auto text = said_by(world, "ip", {"-o", "route", "get", address});
    auto words = words_of(text);
    return {word_behind(words, "dev"), word_behind(words, "via"), word_behind(words, "src")};
}

// The host may be a name.
Way way_to_host(const World &world, const std::string &host) {
    std::string address = is_address(host) ? host : first_word(said_by(world, "getent", {"ahosts", host}));
    return address.empty() ? Way{} : way_to(world, address);
}

std::optional<Address> address_of(const World &world, const Way &way) {
    bool is_6 = is_version_6(way.source);
    std::string text =
        said_by(world, "ip", {"-o", is_6 ? "-6" : "-4", "address", "show", "dev", way.interface});
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(line);
        std::string found = word_behind(words, is_6 ? "inet6" : "inet");
        std::size_t slash = std::min(found.find('/'), found.size());
        std::uint64_t most = is_6 ? 128 : 32;
        std::uint64_t prefix =
            parse_decimal(std::string_view(found).substr(std::min(slash + 1, found.size())))
                .value_or(most + 1);
        if (found.substr(0, slash) == way.source && prefix <= most)
            return Address{prefix, std::ranges::find(words, "dynamic") != words.end()};
    }
    return std::nullopt;
}

std::string netmask(std::uint64_t prefix) {
    std::uint32_t mask = prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
    return fmt::format("{}.{}.{}.{}", mask >> 24, mask >> 16 & 0xff, mask >> 8 & 0xff, mask & 0xff);
}

std::string bracketed(const std::string &address) {
    return is_version_6(address) ? "[" + address + "]" : address;
}

// A resolver on this machine itself (127.0.0.53) is none in a capture kernel.
std::string name_servers(const World &world) {
    std::string found;
    auto content = read_file(world.root + "/etc/resolv.conf", longest_list);
    for (std::string_view line : lines_of(content ? as_text(*content) : std::string_view()))
        if (auto words = words_of(line);
            words.size() > 1 && words[0] == "nameserver" && !words[1].starts_with("127."))
            found += fmt::format(" nameserver={}", bracketed(std::string(words[1])));
    return found;
}

std::string words_for(const World &world, const Way &way, const Address &address, bool needs_names) {
    std::string directory = world.root + "/sys/class/net/" + way.interface, name = way.interface, rename;
    if (name.starts_with("eth")) {
        name = "kdump-" + name;
        rename = fmt::format("ifname={}:{} ", name, read_word(directory + "/address"));
    }
    bool is_6 = is_version_6(way.source);
    if (address.is_given)
        return fmt::format("{}ip={}:{}", rename, name, is_6 ? "auto6" : "dhcp");
    std::string mtu = read_word(directory + "/mtu");
    return fmt::format("{}ip={}::{}:{}::{}:none{}{}", rename, bracketed(way.source), bracketed(way.gateway),
                       is_6 ? std::to_string(address.prefix) : netmask(address.prefix), name,
                       mtu.empty() || mtu == usual_mtu ? "" : ":" + mtu,
                       needs_names ? name_servers(world) : "");
}

} // namespace

std::string network_words(const World &world, const std::string &host) {
    Way way = way_to_host(world, host);
    auto own = way.source.empty() ? std::nullopt : address_of(world, way);
    if (!own || way.interface.empty() || way.interface == "lo")
        return {};
    if (!is_directory(world.root + "/sys/class/net/" + way.interface + "/device")) {
        warn(world,
             fmt::format("{} is reached through {}, which is no network card but put together by programs; "
                         "going on without what the capture kernel has to be told of it "
                         "(KDUMP_COMMANDLINE_APPEND, dracut.cmdline(7))",
                         host, way.interface));
        return {};
    }
    return words_for(world, way, *own, !is_address(host));
}

std::string host_in(std::string_view target) {
    target.remove_prefix(target.find('@') + 1); // none: npos + 1 is 0
    if (target.starts_with("//"))
        target.remove_prefix(2);
    if (target.starts_with('['))
        return std::string(target.substr(1, target.find(']') - 1));
    std::size_t end = target.find(":/");
    return std::string(target.substr(0, end == std::string_view::npos ? target.find('/') : end));
}

} // namespace kexec::kdumpctl
