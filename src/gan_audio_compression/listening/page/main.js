// The steps of the test, one after the other.

const test = JSON.parse(byId("listening-test").textContent);
const onServer = document.querySelector("meta[name=ratings]").content === "server";
const records = new Records(test);
const sender = onServer ? new Sender(records, showSending) : null;
const STEPS = ["welcome", "sound", "training", ...test.trials.map(() => "trial"), "end"];
const FIRST_TRIAL = STEPS.indexOf("trial");

// The step that this tab shows, which another tab of the same listener need not be at.
let shown = 0;
// Who this tab is of.
let listener;
// The trial that is shown, if one is.
let view = null;
// The ratings that were saved as a file last.
let savedAsFile = "";

function byId(id) {
  return document.getElementById(id);
}

function show(step) {
  shown = step;
  view?.close();
  view = null;
  const name = STEPS[step];
  const section = name === "training" ? "trial" : name;
  for (const one of document.querySelectorAll("main > section")) one.hidden = one.id !== section;
  if (section === "trial") showTrial(step);
  if (name === "end") showEnd();
  const heading = byId(section).querySelector("h1");
  document.title = `${heading.textContent} \u2013 Listening test`;
  scrollTo(0, 0);
  heading.focus();
}

function trialAt(step) {
  if (step < FIRST_TRIAL) return test.training;
  const id = records.session.order[step - FIRST_TRIAL];
  return test.trials.find((trial) => trial.id === id);
}

function showTrial(step) {
  const number = step - FIRST_TRIAL + 1;
  const total = test.trials.length;
  const training = number < 1;
  byId("trial-heading").textContent = training ? "Training" : `Trial ${number} of ${total}`;
  byId("training-text").hidden = !training;
  byId("progress").max = total;
  byId("progress").value = Math.max(0, number - 1);
  byId("next").textContent = training ? "Begin the test" : number < total ? "Next" : "Finish";
  view = new TrialView(trialAt(step), records, showMissing);
  showMissing();
  view.load().catch((error) => say(`The audio of this trial cannot be played: ${error.message}`));
}

function showMissing() {
  if (!view) return;
  const { unheard, unrated } = view.missing;
  const parts = [];
  if (unheard.length > 0) parts.push(`Not heard yet: ${unheard.join(", ")}.`);
  if (unrated.length > 0) parts.push(`Not rated yet: ${unrated.join(", ")}.`);
  byId("missing").textContent = parts.join(" ") || "All heard and rated.";
  byId("next").setAttribute("aria-disabled", String(parts.length > 0));
}

function next() {
  if (view) {
    const { unheard, unrated } = view.missing;
    if (unheard.length + unrated.length > 0) {
      byId("missing").textContent = "";
      requestAnimationFrame(showMissing);
      return;
    }
    view.close();
    if (shown >= FIRST_TRIAL) {
      records.submit(trialAt(shown), shown - FIRST_TRIAL + 1);
      sender?.send();
    }
  }
  goTo(shown + 1);
}

function back() {
  goTo(shown - 1);
}

function goTo(step) {
  records.goTo(step);
  show(step);
}

function showEnd() {
  byId("end-text").textContent = onServer
    ? "Thank you. This page may be closed as soon as it says that all ratings are stored."
    : "Thank you. Please save your ratings as a file and give it to those who run the test.";
  sender?.send();
}

function showSending(unsent, problem) {
  say(
    unsent > 0
      ? `${unsent} ${unsent === 1 ? "trial is" : "trials are"} not stored yet and kept in this browser. ${problem} Trying again.`
      : records.submitted.length > 0
        ? `All ratings are stored (${records.submitted.length} of ${test.trials.length} trials).`
        : "",
  );
}

function say(sentence) {
  byId("status").textContent = sentence;
}

function saveFile() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([records.submission(records.submitted)], { type: "application/json" }));
  link.download = `ratings-${records.session.listener.slice(0, 8)}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
  savedAsFile = JSON.stringify(records.submitted);
  say(`Saved as ${link.download}.`);
}

function startOver() {
  const saved = savedAsFile === JSON.stringify(records.submitted);
  if (!saved && (!onServer || records.unsent.length > 0)) {
    say("Some ratings are in this browser alone: save them as a file first.");
    return;
  }
  records.clear();
  meet();
}

function start() {
  byId("consent").addEventListener("submit", (event) => {
    event.preventDefault();
    const { hearing, experience, playback } = Object.fromEntries(new FormData(event.target));
    records.startSession({ hearing, experience, playback });
    listener = records.session.listener;
    goTo(1);
  });
  byId("sound-check").src = `data:audio/flac;base64,${test.training.reference}`;
  byId("sound-done").addEventListener("click", () => {
    byId("sound-check").pause();
    next();
  });
  byId("next").addEventListener("click", next);
  byId("back").addEventListener("click", back);
  byId("change").addEventListener("click", back);
  byId("save").addEventListener("click", saveFile);
  byId("start-over").addEventListener("click", startOver);
  records.onOutsideChange(() => {
    if (records.session?.listener === listener) view?.refresh();
    else meet();
  });
  meet();
}

// Show whoever the records are of: another tab may have begun, or made room for the next listener.
function meet() {
  listener = records.session?.listener;
  view?.abandon();
  view = null;
  say("");
  show(records.session?.step ?? 0);
  sender?.send();
}

try {
  start();
} catch (error) {
  // Such as a browser that lets no page keep anything.
  say(`The test cannot run in this browser: ${error.message}`);
}
