// SPDX-License-Identifier: GPL-2.0-or-later
// Device trees as a loader handles them: read from a blob that is checked completely, changed, and packed
// again. The blob is the flattened form of the Devicetree Specification, version 17. Working on it goes
// through libfdt, which this is the only file to include. Names of nodes are paths from the root ("/chosen");
// an alias is never followed.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

// The largest tree that is read or made, in bytes.
inline constexpr std::uint64_t largest_device_tree = 16 << 20;

// One entry of the memory reservation block (/memreserve/): physical address and bytes, as they stand there.
struct TreeReservation {
    std::uint64_t address, size;
};

class DeviceTree {
public:
    // A node of a tree, good until the tree is changed.
    enum class Node : int {};
    static constexpr Node root{0};

    // A copy of the tree that `blob` starts with. Cause::bad_image where it is none, is cut off, lies about
    // its sizes or does not nest.
    static Result<DeviceTree> read(Bytes blob);
    // The same without a copy, where `blob` outlives the tree; a change makes one. It may have up to `most`
    // bytes.
    static Result<DeviceTree> view(Bytes blob, std::uint64_t most = largest_device_tree);
    // A root node and nothing else.
    static DeviceTree empty();

    std::optional<Node> find(const std::string &path) const;
    // The first node that says it is compatible with a device of this name.
    std::optional<Node> find_compatible(const std::string &device) const;
    std::vector<Node> children(Node parent) const;
    std::string_view name(Node node) const; // with its unit address: "memory@40000000"
    std::uint64_t size_of(Node node) const; // bytes in the blob, without its properties' names
    std::optional<Bytes> property(Node node, const std::string &name) const;
    std::vector<std::string> property_names(Node node) const; // in their order
    // The same by path; nothing where there is no such node, either.
    std::optional<Bytes> property(const std::string &path, const std::string &name) const;
    // A property of one big-endian number, or of two halves of one; nothing where it has another size.
    std::optional<std::uint64_t> number(const std::string &path, const std::string &name) const;

    // The tree grows as it must; Cause::no_room beyond largest_device_tree. A node that is set or added
    // comes with the nodes above it; removing what is not there is no error.
    Result<void> add_node(const std::string &path);
    Result<void> set(const std::string &path, const std::string &name, Bytes value);
    Result<void> set_text(const std::string &path, const std::string &name, std::string_view text);
    Result<void> set_number(const std::string &path, const std::string &name, std::uint64_t value);
    Result<void> remove(const std::string &path, const std::string &name);

    std::vector<TreeReservation> reservations() const;
    Result<void> reserve(TreeReservation entry);
    Result<void> release(TreeReservation entry); // the first entry that is the same

    // Whether it is a tree of fragments for another one, as dtc -@ makes it.
    bool is_overlay() const;
    // Applies such a tree. Cause::bad_image where it is none, or
    // where it refers to labels that this tree does not tell of in /__symbols__; the tree is then as it was.
    Result<void> apply_overlay(Bytes overlay);

    // Bytes of the blob, without what follows it in its file.
    std::uint64_t size() const;
    // The blob, without spare room.
    Buffer packed() const;

private:
    friend class DeviceTreeWriter;
    explicit DeviceTree(Buffer blob) : blob_(std::move(blob)) {}
    template <typename Change> Result<void> change(const std::string &what, Change change);
    Result<void> grow();
    const void *blob() const { return viewed_.empty() ? blob_.data() : viewed_.data(); }
    std::uint64_t room() const { return viewed_.empty() ? blob_.size() : viewed_.size(); }

    Buffer blob_;  // with spare room at its end
    Bytes viewed_; // in its place, until the first change
};

// Makes a tree from its first node to its last: each node's properties first, then its children. What fails
// is remembered, and told by finish().
class DeviceTreeWriter {
public:
    DeviceTreeWriter();
    void begin_node(const std::string &name); // the root has none
    void property(const std::string &name, Bytes value);
    void end_node();
    Result<DeviceTree> finish();

private:
    template <typename Step> void step(Step step);

    Buffer blob_;
    int status_ = 0; // of libfdt
};

} // namespace kexec
