// TrialView: one trial on the page, from its audio to its sliders.

// All audio is decoded and played at this rate, whatever the machine's own.
const RATE = 48000;
const REFERENCE = "reference";
const LABELS = ["bad", "poor", "fair", "good", "excellent"];
const SCORE_KEYS = ["Up", "Down", "Left", "Right"].map((way) => `Arrow${way}`);
SCORE_KEYS.push("Home", "End", "PageUp", "PageDown");

let context = null;

class TrialView {
  #trial;
  #records;
  #onChange;
  #player = null;
  #selection;
  #columns = new Map();
  #closed = new AbortController();
  #shownAt = performance.now();
  #inSight = !document.hidden;

  // Show a trial; `onChange` is called whenever more of it is heard or rated.
  constructor(trial, records, onChange) {
    this.#trial = trial;
    this.#records = records;
    this.#onChange = onChange;
    byId("columns").replaceChildren();
    records.of(trial).order.forEach((token, place) => this.#addColumn(token, place));
    const { signal } = this.#closed;
    byId("play").addEventListener("click", () => this.togglePlay(), { signal });
    byId("reference").addEventListener("click", () => this.choose(REFERENCE), { signal });
    byId("comment").addEventListener("input", () => this.#keepComment(), { signal });
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    document.addEventListener("visibilitychange", () => this.#countTime(), { signal });
    this.refresh();
  }

  // Decode the audio; until then nothing can be played.
  async load() {
    const buffers = new Map([[REFERENCE, await decoded(this.#trial.reference)]]);
    for (const [token, audio] of Object.entries(this.#trial.stimuli)) {
      buffers.set(token, await decoded(audio));
    }
    if (this.#closed.signal.aborted) return;
    context ??= new AudioContext({ sampleRate: RATE });
    this.#player = new Player(context, buffers);
    const onSelect = (begin, end) => this.#player.select(begin, end);
    this.#selection = new Selection(buffers.get(REFERENCE), onSelect, this.#closed.signal);
    for (const button of document.querySelectorAll("#trial .plays")) button.disabled = false;
    this.#showPlaying();
    this.#animate();
  }

  // Show what the records say, which another tab may have changed.
  refresh() {
    const { scores, comment } = this.#records.of(this.#trial);
    for (const [token, { slider }] of this.#columns) {
      if (scores[token] !== undefined) slider.value = String(scores[token]);
      this.#showScore(token, scores[token]);
    }
    if (document.activeElement !== byId("comment")) byId("comment").value = comment;
    this.#onChange();
  }

  togglePlay() {
    if (!this.#player) return;
    if (this.#player.playing) {
      this.#player.pause();
    } else {
      context.resume();
      this.#player.play();
      this.#hear(this.#player.chosen);
    }
    this.#showPlaying();
  }

  choose(name) {
    if (!this.#player) return;
    this.#player.choose(name);
    if (!this.#player.playing) this.togglePlay();
    this.#hear(name);
    this.#showPlaying();
  }

  // Letters of the stimuli that were not heard, and of those that have no score.
  get missing() {
    const { order, heard, scores } = this.#records.of(this.#trial);
    const letters = (tokens) => tokens.map((token) => letterOf(order.indexOf(token)));
    return {
      unheard: letters(order.filter((token) => !heard.includes(token))),
      unrated: letters(order.filter((token) => scores[token] === undefined)),
    };
  }

  close() {
    this.#countTime();
    this.abandon();
  }

  // Close it with nothing more said about a listener who has left.
  abandon() {
    this.#player?.pause();
    this.#closed.abort();
    for (const button of document.querySelectorAll("#trial .plays")) button.disabled = true;
  }

  #addColumn(token, place) {
    const letter = letterOf(place);
    const column = byId("column").content.firstElementChild.cloneNode(true);
    column.setAttribute("aria-label", `Stimulus ${letter}`);
    const [button, slider, output] = ["button", "input", "output"].map((name) => column.querySelector(name));
    button.textContent = letter;
    button.setAttribute("aria-label", `Play ${letter}`);
    slider.setAttribute("aria-label", `Quality of ${letter}`);
    button.addEventListener("click", () => this.choose(token));
    slider.addEventListener("input", () => this.#rate(token, slider));
    // A score of 0 needs no movement: to touch the slider is enough.
    slider.addEventListener("pointerup", () => this.#rate(token, slider));
    slider.addEventListener("keyup", (event) => {
      if (SCORE_KEYS.includes(event.key)) this.#rate(token, slider);
    });
    this.#columns.set(token, { button, slider, output });
    byId("columns").append(column);
  }

  #rate(token, slider) {
    const { scores } = this.#records.of(this.#trial);
    const score = Number(slider.value);
    if (scores[token] === score) return;
    this.#records.change(this.#trial, { scores: { ...scores, [token]: score } });
    this.#showScore(token, score);
    this.#onChange();
  }

  #showScore(token, score) {
    const { slider, output } = this.#columns.get(token);
    const rated = score !== undefined;
    const label = rated ? LABELS[Math.min(4, Math.floor(score / 20))] : "";
    slider.classList.toggle("unrated", !rated);
    slider.setAttribute("aria-valuetext", rated ? `${score}, ${label}` : "not rated yet");
    output.textContent = rated ? String(score) : "\u2013";
  }

  #hear(name) {
    const { heard } = this.#records.of(this.#trial);
    if (name === REFERENCE || heard.includes(name)) return;
    this.#records.change(this.#trial, { heard: [...heard, name] });
    this.#onChange();
  }

  #keepComment() {
    this.#records.change(this.#trial, { comment: byId("comment").value });
  }

  #showPlaying() {
    const { playing, chosen } = this.#player;
    byId("play").textContent = playing ? "Pause" : "Play";
    const shows = (button, name) => button.setAttribute("aria-pressed", String(playing && chosen === name));
    shows(byId("reference"), REFERENCE);
    for (const [token, { button }] of this.#columns) shows(button, token);
  }

  #animate() {
    if (this.#closed.signal.aborted) return;
    this.#selection.showPosition(this.#player.position);
    requestAnimationFrame(() => this.#animate());
  }

  // Add the time since the trial was shown or last counted, in which the page was in sight.
  #countTime() {
    const now = performance.now();
    if (this.#inSight) {
      const { seconds } = this.#records.of(this.#trial);
      this.#records.change(this.#trial, { seconds: seconds + (now - this.#shownAt) / 1000 });
    }
    this.#inSight = !document.hidden;
    this.#shownAt = now;
  }

  #onKey(event) {
    if (!byId("shortcuts").checked || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches("textarea")) return;
    if (event.key === " ") {
      if (event.target.matches("button, input[type=checkbox], summary")) return;
      event.preventDefault();
      this.togglePlay();
      return;
    }
    const key = event.key.toUpperCase();
    if (key === "R") {
      this.choose(REFERENCE);
      return;
    }
    const token = this.#records.of(this.#trial).order.find((_, place) => letterOf(place) === key);
    if (token) {
      this.choose(token);
      this.#columns.get(token).slider.focus();
    }
  }
}

function letterOf(place) {
  return String.fromCharCode(65 + place);
}

// Decoded off line, so that it needs no permission to make a sound.
async function decoded(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes.buffer);
}
