// Records: what the listener has done so far, kept by the browser.

// Nothing is held in variables: two tabs of one listener see the same records, and each change
// starts from the newest.
class Records {
  #prefix;
  #test;

  constructor(test) {
    this.#test = test;
    this.#prefix = `listening-test:${test.digest}:`;
  }

  // Listener, background, order of the trials and the step that the listener is at; null before.
  get session() {
    return this.#read("session");
  }

  startSession(background) {
    this.#write("session", {
      listener: randomId(),
      background,
      order: shuffled(this.#test.trials.map((trial) => trial.id)),
      step: 0,
    });
  }

  goTo(step) {
    this.#write("session", { ...this.session, step });
  }

  // The record of a trial; the order of its stimuli is drawn when it is first asked for.
  of(trial) {
    const known = this.#read(`trial:${trial.id}`);
    if (known) return known;
    const record = {
      order: shuffled(Object.keys(trial.stimuli)),
      scores: {},
      heard: [],
      comment: "",
      seconds: 0,
      submitted: null,
      sent: 0,
    };
    this.#write(`trial:${trial.id}`, record);
    return record;
  }

  change(trial, changes) {
    this.#write(`trial:${trial.id}`, { ...this.of(trial), ...changes });
  }

  // Take what the listener rated as final, under a new revision where it differs from before.
  submit(trial, position) {
    const record = this.of(trial);
    const { order, scores, comment, submitted } = record;
    const content = (rating) => JSON.stringify([rating.order.map((t) => rating.scores[t]), rating.comment]);
    const rating = {
      trial: trial.id,
      revision: (submitted?.revision ?? 0) + 1,
      position,
      order,
      scores,
      comment,
      seconds: Math.round(10 * record.seconds) / 10,
    };
    if (!submitted || content(submitted) !== content(rating)) {
      this.change(trial, { submitted: rating });
    }
  }

  get submitted() {
    return this.#test.trials.map((trial) => this.of(trial).submitted).filter(Boolean);
  }

  get unsent() {
    return this.#test.trials
      .map((trial) => this.of(trial))
      .filter((record) => record.submitted && record.submitted.revision > record.sent)
      .map((record) => record.submitted);
  }

  acknowledge(ratings) {
    for (const { trial: id, revision } of ratings) {
      const trial = this.#test.trials.find((one) => one.id === id);
      this.change(trial, { sent: Math.max(revision, this.of(trial).sent) });
    }
  }

  // Give ratings a revision that nothing is known under.
  raiseRevisions(ratings) {
    for (const { trial: id, revision } of ratings) {
      const trial = this.#test.trials.find((one) => one.id === id);
      const { submitted } = this.of(trial);
      if (submitted.revision === revision) {
        this.change(trial, { submitted: { ...submitted, revision: revision + 1 } });
      }
    }
  }

  // What is sent, or saved as a file.
  submission(ratings) {
    const { listener, background } = this.session;
    return JSON.stringify({ test: this.#test.digest, listener, consent: true, background, ratings });
  }

  // The session goes first, so that no other tab writes for a listener whose records are going.
  clear() {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.#prefix));
    for (const key of [`${this.#prefix}session`, ...keys]) localStorage.removeItem(key);
  }

  // Call back when another tab has changed something.
  onOutsideChange(callback) {
    addEventListener("storage", (event) => {
      if (event.key === null || event.key.startsWith(this.#prefix)) callback();
    });
  }

  #read(name) {
    return JSON.parse(localStorage.getItem(this.#prefix + name));
  }

  #write(name, value) {
    localStorage.setItem(this.#prefix + name, JSON.stringify(value));
  }
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Fisher and Yates; the modulo's bias is below one in a hundred million.
function shuffled(items) {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i -= 1) {
    const j = crypto.getRandomValues(new Uint32Array(1))[0] % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
