#pragma once
// The wire truth: every message, its tag, fields and limits.
//
// Order, by role. C is the controller (the process the user started), A the agent.
//   both:       Hello is the first message of each side. Keepalive and Pace at any time.
//   C -> A:     Open, once, before anything else; Scan, and again after its ListEnd; SetRate at any time; Finish,
//               once, last. None waits for Opened. A dest that made its root answers a Scan by pages with Listed.
//   A, source:  Open -> Opened | Fatal. Scan -> (Owners | Page | Listed | ListError)*, ListEnd.
//               For a page not yet settled: DifferencesWanted{n} -> Differences{n} and RunsWanted{n} -> Runs{n},
//               a few times at most; then once PageWanted{n} -> PageListed{n}*. MapOwners is refused.
//               Match{has_sums} Sums* -> (Gaps, answered by Sums*)* Ops* OpsEnd. Read -> Contents.
//               RemoveSource -> Done | Failed.
//   A, dest:    as above for Open, Scan and what is asked of pages. MapOwners -> OwnersMapped.
//               Signature{id} -> Sums* (the last one says so); Gaps{id} likewise; then at most one
//               Apply{id, has_basis}.
//               Apply{id} Ops* OpsEnd -> Done | Failed; an OpsEnd that is not `whole` drops the file and fails;
//               instead of Apply it lets the basis go, and is not answered. Put -> (Done | Failed) for each id.
//               Make, SetMetadata, Remove -> Done | Failed. Make{is_staged} may wait with that for FolderSent of its
//               path, which comes once and has no answer of its own.
//   A further connection of a run: Hello of both sides, then Join instead of Open, and from then on it carries
//   chunks of the run's one stream in either direction, as the first one does; the agent's come first.
//               Make, SetMetadata, Remove, Move, Retain -> Done | Failed. A Move of what was retained comes after
//               that Retain, at most once; it goes to the same lane, as does whatever replaces the file.
//   A, either:  Hash -> Hashes, of all its files.
//   Finish -> Finished, after which the agent ends.
// An id is the controller's, used for one action at a time; the agent answers each once.
// Ids and pages that nobody asked for, names outside the scope or out of order end the run.
// A tag is never reused, a field never moved: new fields are appended.

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "godwit/proto/content_messages.hpp"
#include "godwit/proto/listing_messages.hpp"
#include "godwit/proto/move_messages.hpp"
#include "godwit/proto/run_messages.hpp"

namespace godwit::proto {

using Message =
    std::variant<Hello, Keepalive, Open, Opened, Fatal, Scan, Owners, Page, Listed, ListError, ListEnd, PageWanted,
                 PageListed, PagesSettled, MapOwners, OwnersMapped, Signature, Sums, Match, Ops, OpsEnd, Read, Contents,
                 Apply, Put, Make, SetMetadata, Remove, RemoveSource, Done, Failed, Finish, Finished, Notice, Gaps,
                 RunsWanted, Runs, DifferencesWanted, Differences, Join, SetRate, FolderSent, Pace, Hash, Hashes, Move,
                 Retain>;

// What a listing consists of; it ends with a ListEnd.
inline bool
is_of_listing(const Message& message)
{
  return std::holds_alternative<Owners>(message) || std::holds_alternative<Page>(message) ||
         std::holds_alternative<Listed>(message) || std::holds_alternative<ListError>(message) ||
         std::holds_alternative<ListEnd>(message);
}

// Appends one message: varint tag, varint length, fields.
void encode(const Message& message, Bytes& out);
// Of one message's fields; unknown tags are an error.
Result<Message> decode(std::uint64_t tag, ByteView fields);
// "tag: field<=limit ..." of every message, a line each: the golden file.
std::string describe();
// Of a listing, or a question about one.
bool is_about_listing(const Message& message);
// Bytes that the message holds in memory beyond its own size, for budgets.
std::size_t payload_bytes(const Message& message);

} // namespace godwit::proto
