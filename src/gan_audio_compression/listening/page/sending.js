// Sender: brings ratings to the server, again and again until they are there.

const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;
const PATIENCE = 20000;

class Sender {
  #records;
  #report;
  #pause = FIRST_PAUSE;
  #timer = null;
  #sending = false;

  // `report` is called with the number of ratings that are not there yet and what went wrong.
  constructor(records, report) {
    this.#records = records;
    this.#report = report;
    addEventListener("online", () => this.send());
  }

  async send() {
    if (this.#sending || !this.#records.session) return;
    this.#sending = true;
    clearTimeout(this.#timer);
    try {
      while (this.#records.unsent.length > 0) await this.#sendOnce(this.#records.unsent);
      this.#pause = FIRST_PAUSE;
      this.#report(0, "");
    } catch (error) {
      this.#report(this.#records.unsent.length, error.message);
      this.#timer = setTimeout(() => this.send(), this.#pause);
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    } finally {
      this.#sending = false;
    }
  }

  async #sendOnce(ratings) {
    const answer = await fetch("ratings", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: this.#records.submission(ratings),
      signal: AbortSignal.timeout(PATIENCE),
    }).catch(() => {
      throw new Error("The server does not answer.");
    });
    if (answer.status === 204) {
      this.#records.acknowledge(ratings);
    } else if (answer.status === 409) {
      this.#records.raiseRevisions(ratings);
    } else {
      const { error } = await answer.json().catch(() => ({}));
      throw new Error(error ?? `The server answers ${answer.status}.`);
    }
  }
}
