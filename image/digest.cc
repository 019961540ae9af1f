// SPDX-License-Identifier: GPL-2.0-or-later
// The purgatory's SHA-256, which is built for the loader too.
#include "image/digest.h"

#include "purgatory/sha256.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>

namespace kexec {

namespace {

const std::uint8_t *start_of(Bytes bytes) { return reinterpret_cast<const std::uint8_t *>(bytes.data()); }

template <typename Sum> Digest finished(Sum sum, Bytes rest) {
    std::uint8_t digest[sizeof(Digest)];
    sum.update(start_of(rest), rest.size());
    sum.finish(digest);
    return std::to_array(digest);
}

// A message that is being read. It stops where a part begins or ends, to note what the sum is there.
class Reading {
public:
    explicit Reading(const Message &all) : message_(all) {
        digests_.parts.resize(message_.parts.size());
        note();
    }

    std::size_t left() const { return message_.bytes.size() - done_; }
    bool is_done() const { return left() == 0; }

    // That can be worked before the next stop; 0 behind a stop within a block, too.
    std::size_t blocks() const {
        return done_ % sha256_block == 0 ? (next_stop() - done_) / sha256_block : 0;
    }

    void go_to_stop() {
        Bytes next = message_.bytes.subspan(done_, next_stop() - done_);
        sum_.update(start_of(next), next.size());
        done_ += next.size();
        note();
    }

    // At most blocks() of both.
    static void go_together(purgatory::Sha256CompressTwo compress_two, Reading &one, Reading &other,
                            std::size_t count) {
        purgatory::Sha256::update_both(compress_two, one.sum_, start_of(one.message_.bytes) + one.done_,
                                       other.sum_, start_of(other.message_.bytes) + other.done_, count);
        for (Reading *each : {&one, &other}) {
            each->done_ += count * sha256_block;
            each->note();
        }
    }

    MessageDigest result() const {
        MessageDigest all = digests_;
        all.whole = finished(sum_, {});
        return all;
    }

private:
    std::size_t next_stop() const {
        std::size_t stop = message_.bytes.size();
        for (const MessagePart &part : message_.parts)
            for (std::size_t at : {part.first, part.first + part.size})
                if (at > done_)
                    stop = std::min(stop, at);
        return stop;
    }

    void note() {
        for (std::size_t i = 0; i < message_.parts.size(); i++) {
            const MessagePart &part = message_.parts[i];
            if (part.first == done_)
                sum_.copy_state(digests_.parts[i].state);
            if (part.first + part.size == done_)
                digests_.parts[i].digest = finished(sum_, {});
        }
    }

    const Message &message_;
    purgatory::Sha256 sum_;
    std::size_t done_ = 0;
    MessageDigest digests_{};
};

// Two at a time, in turns, always those with the most left: so there is no second one only where one is
// longer than all others together.
void read_side_by_side(std::vector<Reading *> waiting, purgatory::Sha256CompressTwo compress_two) {
    constexpr std::size_t turn = (1 << 20) / sha256_block;
    while (waiting.size() > 1) {
        std::ranges::stable_sort(waiting, std::greater(), &Reading::left);
        Reading &one = *waiting[0], &other = *waiting[1];
        std::size_t blocks = std::min({one.blocks(), other.blocks(), turn});
        if (blocks > 0)
            Reading::go_together(compress_two, one, other, blocks);
        else
            (one.blocks() == 0 ? one : other).go_to_stop();
        std::erase_if(waiting, std::mem_fn(&Reading::is_done));
    }
}

} // namespace

Digest digest_of(Bytes bytes) { return finished(purgatory::Sha256(), bytes); }

Digest striped_digest_of(Bytes bytes) { return finished(purgatory::StripedSha256(), bytes); }

std::vector<MessageDigest> digests_of(std::span<const Message> messages) {
    std::vector<Reading> readings(messages.begin(), messages.end());
    if (auto compress_two = purgatory::fastest_sha256_compress_two()) {
        std::vector<Reading *> waiting;
        for (Reading &each : readings)
            if (!each.is_done())
                waiting.push_back(&each);
        read_side_by_side(std::move(waiting), compress_two);
    }
    std::vector<MessageDigest> digests;
    for (Reading &each : readings) {
        while (!each.is_done())
            each.go_to_stop();
        digests.push_back(each.result());
    }
    return digests;
}

std::size_t first_half_of(std::size_t size) {
    constexpr std::size_t page = 4096;
    return size / 2 / page * page;
}

std::vector<Bytes> pieces_of(Bytes file) {
    constexpr std::size_t worth_cutting = 16 << 20;
    if (file.size() < worth_cutting)
        return {file};
    std::size_t half = first_half_of(file.size());
    return {file.first(half), file.subspan(half)};
}

std::vector<Digest> digests_of_pieces(Bytes file) {
    std::vector<Message> messages;
    for (Bytes piece : pieces_of(file))
        messages.push_back({piece});
    std::vector<Digest> digests;
    for (const MessageDigest &each : digests_of(messages))
        digests.push_back(each.whole);
    return digests;
}

std::string digest_text(const Digest &digest) {
    std::string text;
    for (std::uint8_t byte : digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace kexec
