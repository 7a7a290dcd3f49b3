// Selection: the part of the stimuli that loops, as a picture and as two sliders.

const SHORTEST = 0.3;
const COLUMNS = 400;

class Selection {
  #from = byId("from");
  #to = byId("to");
  #picture = byId("waveform");
  #duration;
  #onChange;

  // `onChange` is called with begin and end in seconds.
  constructor(buffer, onChange, signal) {
    this.#duration = buffer.duration;
    this.#onChange = onChange;
    byId("wave-path").setAttribute("d", outline(buffer.getChannelData(0)));
    for (const slider of [this.#from, this.#to]) slider.max = String(buffer.duration);
    this.#show(0, buffer.duration);
    this.#from.addEventListener("input", () => this.#moved(this.#from), { signal });
    this.#to.addEventListener("input", () => this.#moved(this.#to), { signal });
    byId("whole").addEventListener("click", () => this.#choose(0, this.#duration), { signal });
    this.#picture.addEventListener("pointerdown", (event) => this.#drag(event), { signal });
  }

  showPosition(seconds) {
    const x = String((COLUMNS * seconds) / this.#duration);
    byId("cursor").setAttribute("x1", x);
    byId("cursor").setAttribute("x2", x);
  }

  #moved(slider) {
    const from = Number(this.#from.value);
    const to = Number(this.#to.value);
    if (slider === this.#from) {
      const begin = Math.min(from, this.#duration - SHORTEST);
      this.#choose(begin, Math.max(to, begin + SHORTEST));
    } else {
      const end = Math.max(to, SHORTEST);
      this.#choose(Math.min(from, end - SHORTEST), end);
    }
  }

  #drag(event) {
    this.#picture.setPointerCapture(event.pointerId);
    const start = this.#secondsAt(event);
    const stop = new AbortController();
    const finish = (last) => {
      stop.abort();
      const [begin, end] = [start, this.#secondsAt(last)].sort((a, b) => a - b);
      if (end - begin >= SHORTEST) this.#choose(begin, end);
    };
    this.#picture.addEventListener("pointerup", finish, { signal: stop.signal });
    this.#picture.addEventListener("pointercancel", () => stop.abort(), { signal: stop.signal });
  }

  #secondsAt(event) {
    const { left, width } = this.#picture.getBoundingClientRect();
    return this.#duration * Math.min(1, Math.max(0, (event.clientX - left) / width));
  }

  #choose(begin, end) {
    this.#show(begin, end);
    this.#onChange(begin, end);
  }

  #show(begin, end) {
    this.#from.value = String(begin);
    this.#to.value = String(end);
    this.#from.setAttribute("aria-valuetext", `${begin.toFixed(2)} seconds`);
    this.#to.setAttribute("aria-valuetext", `${end.toFixed(2)} seconds`);
    const x = (COLUMNS * begin) / this.#duration;
    byId("selected").setAttribute("x", String(x));
    byId("selected").setAttribute("width", String((COLUMNS * end) / this.#duration - x));
    const whole = begin === 0 && end === this.#duration;
    byId("loop-text").textContent = whole
      ? "The whole sentence loops."
      : `Looping ${begin.toFixed(2)} to ${end.toFixed(2)} s.`;
  }
}

// A closed path through the peaks of the samples, 100 units high.
function outline(samples) {
  const size = samples.length / COLUMNS;
  const loudest = samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 1e-6);
  const heights = Array.from({ length: COLUMNS }, (_, column) => {
    const part = samples.subarray(Math.floor(column * size), Math.floor((column + 1) * size));
    return (48 * part.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)) / loudest;
  });
  const upper = heights.map((height, x) => `${x} ${(50 - height).toFixed(1)}`);
  const lower = heights.map((height, x) => `${x} ${(50 + height).toFixed(1)}`).reverse();
  return `M${[...upper, ...lower].join("L")}Z`;
}
