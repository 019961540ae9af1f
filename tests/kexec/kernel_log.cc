// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the kernel's log: only what came since, only what tells something.
#include "kexec/kernel_log.h"

#include "tests/catch.h"
#include "tests/support/temporary.h"

using namespace kexec;

using Messages = std::vector<std::string>;

TEST_CASE("a record is its message, without its head and the lines of its dictionary") {
    CHECK(messages_of("6,1,100,-;first; of two\n SUBSYSTEM=pci\n DEVICE=+pci:x\n4,2,200,-;second\n") ==
          Messages{"first; of two", "second"});
    CHECK(messages_of("").empty());
    CHECK(messages_of("no head\n").empty());
}

TEST_CASE("what speaks of kexec, signatures, lockdown or IMA is kept, the last few of it") {
    CHECK(about_kexec({"usb 1-1: new device", "Lockdown: kexec: kexec of unsigned images is restricted",
                       "PEFILE: Unsigned PE binary", "Can't KEXEC: CPUs are stuck in the kernel."}) ==
          Messages{"Lockdown: kexec: kexec of unsigned images is restricted", "PEFILE: Unsigned PE binary",
                   "Can't KEXEC: CPUs are stuck in the kernel."});
    Messages many;
    for (int i = 0; i < 9; i++)
        many.push_back("kexec " + std::to_string(i));
    CHECK(about_kexec(many) == Messages{"kexec 4", "kexec 5", "kexec 6", "kexec 7", "kexec 8"});
}

TEST_CASE("a message is fit to be printed") {
    CHECK(about_kexec({"kexec \x1b[31m\xff"}) == Messages{"kexec ?[31m?"});
    CHECK(about_kexec({"kexec " + std::string(1000, 'x')}).front().size() == 200);
}

TEST_CASE("only what comes after the moment is read, and a missing log is an empty one") {
    testing::TemporaryDirectory directory;
    std::string path = directory.write("/kmsg", "6,1,100,-;before\n");
    KernelLog log = KernelLog::from_now(path);
    CHECK(log.messages().empty());
    directory.write("/kmsg", "6,1,100,-;before\n6,2,200,-;after\n");
    CHECK(log.messages() == Messages{"after"});
    CHECK(KernelLog::from_now(directory.path("/none")).messages().empty());
    CHECK(KernelLog().messages().empty());
}
