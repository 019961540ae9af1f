// SPDX-License-Identifier: GPL-2.0-or-later
// Device trees by libfdt. Its checking walk (fdt_check_full) sees every byte of a blob before anything else
// of it does, behind a look at what would lead that walk astray; paths that do not start at the root are
// refused here, because libfdt takes them for aliases and follows one that names itself for ever.
#include "base/devicetree.h"

#include "base/range.h"

#include <algorithm>
#include <fmt/core.h>
#include <libfdt.h>

namespace kexec {
namespace {

constexpr std::uint64_t spare_room = 4096;
constexpr std::uint32_t magic = 0xd00dfeed;
constexpr std::uint64_t header_bytes = 40;
constexpr std::size_t structure_at = 8, version_at = 20, structure_size_at = 36; // in the header
// Names of nodes without their path, since 2005. Of an older tree libfdt's check takes the root's name for a
// path, and follows a null pointer where it is none.
constexpr std::uint32_t oldest_version = 16;
constexpr const char *other_tree = "name another device tree, or make this one again with dtc";

std::string sentence_of(int status) {
    switch (-status) {
    case FDT_ERR_NOSPACE: return "there is no room for it";
    case FDT_ERR_TRUNCATED: return "its blocks do not lie inside it";
    case FDT_ERR_BADVERSION: return "it is of a version that is not known";
    case FDT_ERR_BADSTRUCTURE: return "its nodes and properties do not nest";
    case FDT_ERR_BADLAYOUT: return "its blocks overlap or stand in the wrong order";
    case FDT_ERR_BADMAGIC: return "it does not start as one";
    case FDT_ERR_NOTFOUND: return "there is no such node";
    case FDT_ERR_BADOVERLAY: return "a fragment has no target in it, or is not built as one";
    case FDT_ERR_BADPHANDLE: return "a phandle has no node";
    case FDT_ERR_NOPHANDLES: return "no phandle is left";
    default: return fdt_strerror(status);
    }
}

int size_for_libfdt(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, INT32_MAX)); }

bool is_path(const std::string &path) { return path.starts_with('/'); }

int offset_of(const void *blob, const std::string &path) {
    return is_path(path) ? fdt_path_offset(blob, path.c_str()) : -FDT_ERR_BADPATH;
}

// The node, made with those above it where it is missing; an error of libfdt below 0.
int make_node(void *blob, const std::string &path) {
    if (!is_path(path))
        return -FDT_ERR_BADPATH;
    int node = 0;
    for (std::size_t start = 1; start < path.size();) {
        std::size_t end = std::min(path.find('/', start), path.size());
        int length = size_for_libfdt(end - start);
        int child = fdt_subnode_offset_namelen(blob, node, path.data() + start, length);
        if (child == -FDT_ERR_NOTFOUND)
            child = fdt_add_subnode_namelen(blob, node, path.data() + start, length);
        if (child < 0)
            return child;
        node = child;
        start = end + 1;
    }
    return node;
}

Failure bad_tree(std::string what) { return fail(Cause::bad_image, std::move(what), other_tree); }

// The blob without what follows it, where its header fits it.
Result<Bytes> sized_blob(Bytes blob, std::uint64_t most) {
    if (blob.size() < header_bytes)
        return bad_tree(fmt::format("it has {} bytes, the header of a device tree alone has {}", blob.size(),
                                    header_bytes));
    std::uint32_t found = TRY(read_at<be32>(blob, 0, "the header"));
    if (found != magic)
        return bad_tree(fmt::format("it starts with {:08x}, a device tree with {:08x}", found, magic));
    std::uint64_t total = TRY(read_at<be32>(blob, 4, "the header"));
    if (total > blob.size())
        return bad_tree(fmt::format("it says that it has {} bytes, there are only {}", total, blob.size()));
    if (total > most)
        return bad_tree(fmt::format("it has {} MiB, at most {} are taken", total >> 20, most >> 20));
    std::uint32_t version = TRY(read_at<be32>(blob, version_at, "the header"));
    if (version < oldest_version)
        return bad_tree(
            fmt::format("it is of version {}, those from {} on are taken", version, oldest_version));
    return blob.first(total);
}

Result<void> done(int status) {
    if (status < 0)
        return bad_tree("the device tree is damaged: " + sentence_of(status));
    return {};
}

// The nodes and properties of a blob whose header fits it; nothing where they lie outside, which is libfdt's
// to say. Before version 17 they end where the blob does.
Result<Bytes> structure_of(Bytes blob) {
    std::uint32_t start = TRY(read_at<be32>(blob, structure_at, "the header"));
    std::uint32_t version = TRY(read_at<be32>(blob, version_at, "the header"));
    std::uint32_t size = TRY(read_at<be32>(blob, structure_size_at, "the header"));
    Bytes rest = blob.subspan(std::min<std::size_t>(start, blob.size()));
    return version < 17 ? rest : rest.first(std::min<std::size_t>(size, rest.size()));
}

// Where the tag behind this one stands, on a multiple of 4 bytes; the end where there is none, or where what
// stands here is libfdt's to refuse. A property's length is followed by the offset of its name and by its
// value.
Result<std::uint64_t> next_tag(Bytes structure, std::uint64_t at) {
    constexpr std::uint64_t tag_bytes = 4, property_bytes = 12, end = UINT64_MAX;
    Bytes rest = structure.subspan(at);
    std::uint32_t tag = read_at<be32>(rest, 0, "").value_or(be32{});
    if (tag == FDT_NOP || tag == FDT_END_NODE)
        return at + tag_bytes;
    if (tag == FDT_BEGIN_NODE) {
        std::size_t name_end = as_text(rest).find('\0', tag_bytes);
        return name_end == std::string_view::npos ? end : align_down(at + name_end, 4) + 4;
    }
    if (tag != FDT_PROP || rest.size() < property_bytes)
        return end;
    std::uint32_t length = TRY(read_at<be32>(rest, tag_bytes, "a property"));
    if (length > rest.size() - property_bytes)
        return bad_tree(fmt::format("a property has {} bytes, only {} are left of the nodes", length,
                                    rest.size() - property_bytes));
    return align_down(at + property_bytes + length + 3, 4);
}

// libfdt before 1.7 takes the length of a property for a signed number, and can be led in a circle by it.
Result<void> check_lengths(Bytes structure) {
    for (std::uint64_t at = 0; at < structure.size();)
        at = TRY(next_tag(structure, at));
    return {};
}

Result<void> check(Bytes blob) {
    TRY(check_lengths(TRY(structure_of(blob))));
    return done(fdt_check_full(blob.data(), blob.size()));
}

// As the Devicetree Specification wants it, 5.2.
bool is_aligned(Bytes blob) { return reinterpret_cast<std::uintptr_t>(blob.data()) % 8 == 0; }

} // namespace

Result<DeviceTree> DeviceTree::read(Bytes blob) {
    Bytes all = TRY(sized_blob(blob, largest_device_tree));
    Buffer copy(all.begin(), all.end()); // libfdt wants it aligned
    Buffer opened(copy.size() + spare_room);
    TRY(check(copy));
    TRY(done(fdt_open_into(copy.data(), opened.data(), size_for_libfdt(opened.size()))));
    return DeviceTree(std::move(opened));
}

Result<DeviceTree> DeviceTree::view(Bytes blob, std::uint64_t most) {
    Bytes all = TRY(sized_blob(blob, std::min<std::uint64_t>(most, INT32_MAX)));
    DeviceTree tree({});
    if (is_aligned(all))
        tree.viewed_ = all;
    else
        tree.blob_.assign(all.begin(), all.end());
    TRY(check({static_cast<const std::byte *>(tree.blob()), all.size()}));
    return tree;
}

DeviceTree DeviceTree::empty() {
    Buffer blob(spare_room);
    fdt_create_empty_tree(blob.data(), size_for_libfdt(blob.size())); // a page is enough for a root
    return DeviceTree(std::move(blob));
}

std::optional<DeviceTree::Node> DeviceTree::find(const std::string &path) const {
    int node = offset_of(blob(), path);
    return node < 0 ? std::nullopt : std::optional(Node{node});
}

std::optional<DeviceTree::Node> DeviceTree::find_compatible(const std::string &device) const {
    int node = fdt_node_offset_by_compatible(blob(), -1, device.c_str());
    return node < 0 ? std::nullopt : std::optional(Node{node});
}

std::vector<DeviceTree::Node> DeviceTree::children(Node parent) const {
    std::vector<Node> nodes;
    for (int node = fdt_first_subnode(blob(), static_cast<int>(parent)); node >= 0;
         node = fdt_next_subnode(blob(), node))
        nodes.push_back(Node{node});
    return nodes;
}

std::string_view DeviceTree::name(Node node) const {
    int length = 0;
    const char *name = fdt_get_name(blob(), static_cast<int>(node), &length);
    return name ? std::string_view(name, static_cast<std::size_t>(length)) : std::string_view();
}

std::uint64_t DeviceTree::size_of(Node node) const {
    int start = static_cast<int>(node), depth = 0;
    int end = fdt_next_node(blob(), start, &depth);
    while (end >= 0 && depth > 0)
        end = fdt_next_node(blob(), end, &depth);
    if (end < 0) // the last node of all
        end = static_cast<int>(fdt_size_dt_struct(blob()));
    return static_cast<std::uint64_t>(end - start);
}

std::optional<Bytes> DeviceTree::property(Node node, const std::string &name) const {
    int length = 0;
    const void *value = fdt_getprop(blob(), static_cast<int>(node), name.c_str(), &length);
    if (!value || length < 0)
        return std::nullopt;
    return Bytes(static_cast<const std::byte *>(value), static_cast<std::size_t>(length));
}

std::vector<std::string> DeviceTree::property_names(Node node) const {
    std::vector<std::string> names;
    int property = 0;
    fdt_for_each_property_offset(property, blob_.data(), static_cast<int>(node)) {
        const char *name = nullptr;
        if (fdt_getprop_by_offset(blob_.data(), property, &name, nullptr) && name)
            names.emplace_back(name);
    }
    return names;
}

std::optional<Bytes> DeviceTree::property(const std::string &path, const std::string &name) const {
    auto node = find(path);
    return node ? property(*node, name) : std::nullopt;
}

std::optional<std::uint64_t> DeviceTree::number(const std::string &path, const std::string &name) const {
    auto value = property(path, name);
    if (value && value->size() == 4)
        return read_at<be32>(*value, 0, name).value();
    if (value && value->size() == 8)
        return read_at<be64>(*value, 0, name).value();
    return std::nullopt;
}

Result<void> DeviceTree::grow() {
    Buffer larger(room() * 2);
    if (larger.size() > 2 * largest_device_tree)
        return fail(Cause::no_room,
                    fmt::format("the device tree would pass {} MiB", largest_device_tree >> 20), other_tree);
    TRY(done(fdt_open_into(blob(), larger.data(), size_for_libfdt(larger.size()))));
    blob_ = std::move(larger);
    viewed_ = {};
    return {};
}

template <typename Change> Result<void> DeviceTree::change(const std::string &what, Change change) {
    if (!viewed_.empty())
        TRY(grow());
    int status = 0;
    while ((status = change(blob_.data())) == -FDT_ERR_NOSPACE)
        TRY(grow());
    if (status < 0 && status != -FDT_ERR_NOTFOUND)
        return fail(Cause::bad_image,
                    fmt::format("the device tree cannot be changed at {}: {}", what, sentence_of(status)),
                    other_tree);
    return {};
}

Result<void> DeviceTree::add_node(const std::string &path) {
    return change(path, [&](void *blob) { return make_node(blob, path); });
}

Result<void> DeviceTree::set(const std::string &path, const std::string &name, Bytes value) {
    return change(path, [&](void *blob) {
        int node = make_node(blob, path);
        return node < 0 ? node
                        : fdt_setprop(blob, node, name.c_str(), value.data(), size_for_libfdt(value.size()));
    });
}

Result<void> DeviceTree::set_text(const std::string &path, const std::string &name, std::string_view text) {
    std::string with_nul(text);
    with_nul.push_back('\0');
    return set(path, name, as_bytes(with_nul));
}

Result<void> DeviceTree::set_number(const std::string &path, const std::string &name, std::uint64_t value) {
    be64 stored = value;
    return set(path, name, bytes_of(stored));
}

Result<void> DeviceTree::remove(const std::string &path, const std::string &name) {
    int node = offset_of(blob(), path);
    if (node < 0)
        return {};
    return change(path, [&](void *blob) { return fdt_delprop(blob, node, name.c_str()); });
}

std::vector<TreeReservation> DeviceTree::reservations() const {
    std::vector<TreeReservation> entries;
    int count = fdt_num_mem_rsv(blob());
    for (int i = 0; i < count; i++) {
        TreeReservation entry{};
        if (fdt_get_mem_rsv(blob(), i, &entry.address, &entry.size) == 0)
            entries.push_back(entry);
    }
    return entries;
}

Result<void> DeviceTree::reserve(TreeReservation entry) {
    return change("/memreserve/",
                  [&](void *blob) { return fdt_add_mem_rsv(blob, entry.address, entry.size); });
}

Result<void> DeviceTree::release(TreeReservation entry) {
    auto entries = reservations();
    auto same = std::ranges::find_if(entries, [&](const TreeReservation &each) {
        return each.address == entry.address && each.size == entry.size;
    });
    if (same == entries.end())
        return {};
    int index = static_cast<int>(same - entries.begin());
    return change("/memreserve/", [&](void *blob) { return fdt_del_mem_rsv(blob, index); });
}

namespace {

// libfdt goes down into an overlay by recursion.
constexpr int deepest_overlay = 64;
constexpr const char *other_overlay = "name another overlay, or make this one again with dtc -@";

Failure bad_overlay(std::string what) { return fail(Cause::bad_image, std::move(what), other_overlay); }

Result<void> check_depth(const void *overlay) {
    int depth = 0;
    for (int node = 0; node >= 0; node = fdt_next_node(overlay, node, &depth))
        if (depth > deepest_overlay)
            return bad_overlay(
                fmt::format("the overlay nests more than {} nodes in each other", deepest_overlay));
    return {};
}

std::vector<std::string> labels_needed(const void *overlay) {
    std::vector<std::string> labels;
    int property = 0;
    fdt_for_each_property_offset(property, overlay, fdt_path_offset(overlay, "/__fixups__")) {
        const char *name = nullptr;
        fdt_getprop_by_offset(overlay, property, &name, nullptr);
        if (name)
            labels.emplace_back(name);
    }
    return labels;
}

Result<void> check_labels(const DeviceTree &tree, const std::vector<std::string> &labels) {
    for (const std::string &label : labels) {
        if (!tree.find("/__symbols__"))
            return fail(Cause::bad_image,
                        fmt::format("the overlay refers to labels ({}{}), and the device tree has no "
                                    "/__symbols__ that would tell where they are",
                                    label, labels.size() > 1 ? ", ..." : ""),
                        "make the device tree with dtc -@, or an overlay that names its targets by path");
        if (!tree.property("/__symbols__", label))
            return bad_overlay(fmt::format(
                "the overlay refers to the label {}, which the device tree's /__symbols__ does not have",
                label));
    }
    return {};
}

} // namespace

bool DeviceTree::is_overlay() const {
    return std::ranges::any_of(children(root), [&](Node fragment) {
        return fdt_subnode_offset(blob(), static_cast<int>(fragment), "__overlay__") >= 0;
    });
}

// libfdt leaves both trees unusable where it fails.
Result<void> DeviceTree::apply_overlay(Bytes overlay) {
    DeviceTree fragments = TRY(read(overlay));
    if (!fragments.is_overlay())
        return bad_overlay("it is no overlay: it has no fragment with a node __overlay__");
    TRY(check_depth(fragments.blob()));
    TRY(check_labels(*this, labels_needed(fragments.blob())));
    if (!viewed_.empty())
        TRY(grow());
    for (;;) {
        DeviceTree result = *this, used = fragments;
        int status = fdt_overlay_apply(result.blob_.data(), used.blob_.data());
        if (status == 0) {
            *this = std::move(result);
            return {};
        }
        if (status != -FDT_ERR_NOSPACE)
            return bad_overlay("the overlay does not fit the device tree: " + sentence_of(status));
        TRY(grow());
    }
}

std::uint64_t DeviceTree::size() const { return fdt_totalsize(blob()); }

Buffer DeviceTree::packed() const {
    auto *start = static_cast<const std::byte *>(this->blob());
    Buffer blob(start, start + room());
    fdt_pack(blob.data()); // fails for what read() would have refused
    blob.resize(fdt_totalsize(blob.data()));
    return blob;
}

DeviceTreeWriter::DeviceTreeWriter() : blob_(16 * spare_room) {
    status_ = fdt_create(blob_.data(), size_for_libfdt(blob_.size()));
    if (status_ == 0)
        status_ = fdt_finish_reservemap(blob_.data());
}

template <typename Step> void DeviceTreeWriter::step(Step step) {
    while (status_ >= 0 && (status_ = step(blob_.data())) == -FDT_ERR_NOSPACE &&
           blob_.size() < 2 * largest_device_tree) {
        Buffer larger(blob_.size() * 2);
        status_ = fdt_resize(blob_.data(), larger.data(), size_for_libfdt(larger.size()));
        blob_ = std::move(larger);
    }
}

void DeviceTreeWriter::begin_node(const std::string &name) {
    step([&](void *blob) { return fdt_begin_node(blob, name.c_str()); });
}

void DeviceTreeWriter::property(const std::string &name, Bytes value) {
    step([&](void *blob) {
        return fdt_property(blob, name.c_str(), value.data(), size_for_libfdt(value.size()));
    });
}

void DeviceTreeWriter::end_node() {
    step([](void *blob) { return fdt_end_node(blob); });
}

Result<DeviceTree> DeviceTreeWriter::finish() {
    step([](void *blob) { return fdt_finish(blob); });
    if (status_ < 0)
        return fail(Cause::bad_image, "the device tree cannot be put together: " + sentence_of(status_),
                    "use --dtb with a device tree file");
    return DeviceTree::read(blob_);
}

} // namespace kexec
