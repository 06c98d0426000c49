#include "ops/http/jobs.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "tests/temporary_folder.h"

namespace ops::http {
namespace {

using namespace std::chrono_literals;
using events::ErrorCode;
using State = JobReport::State;

bool comes_true(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class JobsTest : public ::testing::Test {
 protected:
  JobsTest() { rules.directory = folder.path() / "jobs"; }

  void open() { jobs = std::move(*Jobs::open(rules)); }
  State state_of(const std::string& id) { return jobs->report(ana, id)->state; }
  // Writes a file, then waits until it is let go or stopped.
  Jobs::Work patient_work() {
    return [this](JobRun& run, const std::string&) -> events::Result<std::string> {
      std::ofstream(run.folder() / "rows") << "a";
      run.progress("half");
      begun = true;
      while (!let_go && !run.stopped()) std::this_thread::yield();
      if (run.stopped()) return events::unavailable("stopped");
      return std::string("done");
    };
  }

  tests::TemporaryFolder folder;
  JobRules rules;
  auth::Principal ana{"ana", "issuer", "", "", "TREAT"};
  std::atomic<bool> begun = false;
  std::atomic<bool> let_go = false;
  std::unique_ptr<Jobs> jobs;
};

TEST_F(JobsTest, AJobSaysHowFarItIsAndThenWhatItMade) {
  open();
  const auto id = jobs->start(ana, patient_work());
  ASSERT_TRUE(id);
  ASSERT_TRUE(comes_true([&] { return begun.load(); }));
  EXPECT_EQ(state_of(*id), State::running);
  EXPECT_EQ(jobs->report(ana, *id)->progress, "half");
  EXPECT_FALSE(jobs->folder(ana, *id)) << "not whole yet";
  let_go = true;
  ASSERT_TRUE(comes_true([&] { return state_of(*id) == State::finished; }));
  EXPECT_EQ(jobs->report(ana, *id)->body, "done");
  EXPECT_TRUE(std::filesystem::exists(jobs->folder(ana, *id)->path / "rows"));
}

TEST_F(JobsTest, AJobIsThereOnlyForWhoStartedItForTheSamePurpose) {
  open();
  const auto id = jobs->start(ana, patient_work());
  auto other = ana, purpose = ana, issuer = ana;
  other.subject = "bob";
  purpose.purpose = "HRESCH";
  issuer.issuer = "another";
  for (const auto& one : {other, purpose, issuer}) {
    EXPECT_EQ(jobs->report(one, *id).error().code, ErrorCode::not_found);
    EXPECT_EQ(jobs->folder(one, *id).error().code, ErrorCode::not_found);
    EXPECT_EQ(jobs->remove(one, *id).error().code, ErrorCode::not_found);
  }
  EXPECT_TRUE(jobs->report(ana, *id));
}

TEST_F(JobsTest, ACancelledJobStopsAndItsFolderGoes) {
  open();
  const auto id = jobs->start(ana, patient_work());
  ASSERT_TRUE(comes_true([&] { return begun.load(); }));
  EXPECT_TRUE(jobs->remove(ana, *id));
  EXPECT_EQ(jobs->report(ana, *id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(comes_true([&] { return std::filesystem::is_empty(rules.directory); }));
}

TEST_F(JobsTest, AJobExpiresAndItsFolderGoes) {
  rules.kept = 1ms;
  let_go = true;
  open();
  const auto id = jobs->start(ana, patient_work());
  EXPECT_TRUE(comes_true([&] { return !jobs->report(ana, *id); }));
  EXPECT_TRUE(comes_true([&] { return std::filesystem::is_empty(rules.directory); }));
}

TEST_F(JobsTest, AJobThatTakesTooLongIsStoppedAndSaysSo) {
  rules.time_max = 1ms;
  open();
  const auto id = jobs->start(ana, patient_work());
  ASSERT_TRUE(comes_true([&] { return state_of(*id) == State::failed; }));
  EXPECT_NE(jobs->report(ana, *id)->error.message.find("longer than"), std::string::npos);
}

TEST_F(JobsTest, MoreJobsThanAllowedAreRefusedUntilOneHasEnded) {
  rules.running_max = 1;
  open();
  const auto first = jobs->start(ana, patient_work());
  EXPECT_EQ(jobs->start(ana, patient_work()).error().code, ErrorCode::overloaded);
  let_go = true;
  ASSERT_TRUE(comes_true([&] { return state_of(*first) == State::finished; }));
  EXPECT_TRUE(jobs->start(ana, patient_work()));
}

TEST_F(JobsTest, RemovingAFinishedJobMakesRoomAtOnce) {
  rules.running_max = 1;
  let_go = true;
  open();
  for (int i = 0; i < 50; ++i) {
    const auto id = jobs->start(ana, patient_work());
    ASSERT_TRUE(id) << i;
    ASSERT_TRUE(comes_true([&] { return state_of(*id) == State::finished; }));
    ASSERT_TRUE(jobs->remove(ana, *id));
  }
}

TEST_F(JobsTest, WorkThatThrowsHasFailedAndTheServerGoesOn) {
  open();
  const auto id = jobs->start(ana, [](JobRun&, const std::string&) -> events::Result<std::string> {
    throw std::bad_alloc();
  });
  EXPECT_TRUE(comes_true([&] { return state_of(*id) == State::failed; }));
}

TEST_F(JobsTest, ADurableJobIsTakenUpByTheNextProcessUnlessItWasRemoved) {
  namespace fs = std::filesystem;
  rules.durable = true;
  open();
  const auto kept = jobs->start(ana, patient_work());
  ASSERT_TRUE(comes_true([&] { return begun.load(); }));
  // The process dies between the answer to the removal and the end of the work.
  std::atomic<bool> dead = false;
  const auto removed = jobs->start(
      ana, [&](JobRun& run, const std::string&) -> events::Result<std::string> {
        std::ofstream(run.folder() / "rows") << "a";
        while (!dead) std::this_thread::yield();
        return events::unavailable("stopped");
      });
  ASSERT_TRUE(kept && removed);
  ASSERT_TRUE(comes_true([&] { return fs::exists(rules.directory / *removed / "rows"); }));
  ASSERT_TRUE(jobs->remove(ana, *removed));
  fs::copy(rules.directory / *removed, folder.path() / "left");
  dead = true;
  jobs.reset();
  ASSERT_FALSE(fs::exists(rules.directory / *removed));
  fs::rename(folder.path() / "left", rules.directory / *removed);

  let_go = true;
  open();
  EXPECT_FALSE(fs::exists(rules.directory / *removed));
  ASSERT_TRUE(fs::exists(rules.directory / *kept / "rows")) << "it was not removed";
  EXPECT_FALSE(jobs->report(ana, *kept)) << "not before it is taken up";
  jobs->resume(ana, *kept, patient_work());
  ASSERT_TRUE(comes_true([&] { return state_of(*kept) == State::finished; }));
  ASSERT_TRUE(jobs->remove(ana, *kept));
  EXPECT_TRUE(comes_true([&] { return fs::is_empty(rules.directory); }));
}

TEST_F(JobsTest, NothingIsLeftOfAnEarlierProcess) {
  std::filesystem::create_directories(rules.directory / "old");
  std::ofstream(rules.directory / "old" / "Patient.ndjson") << "a";
  open();
  EXPECT_TRUE(std::filesystem::is_empty(rules.directory));
  EXPECT_EQ(jobs->report(ana, "old").error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace ops::http
