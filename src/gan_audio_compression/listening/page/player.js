// Player: stimuli that run in step, one of which is let through.

// Seconds of the time constant of switching, and of the fades at both ends of a loop.
const SWITCH = 0.004;
const LOOP_FADE = 0.005;
// Seconds from a request to the sound, in which the stimuli are put together.
const LEAD = 0.02;

class Player {
  #context;
  #buffers;
  #chosen;
  #begin = 0;
  #end;
  #group = null;
  #resumeAt = 0;

  // `buffers` is a Map of AudioBuffers of one length; the first is chosen. `context` may be offline.
  constructor(context, buffers) {
    this.#context = context;
    this.#buffers = buffers;
    this.#chosen = buffers.keys().next().value;
    this.#end = this.duration;
  }

  get duration() {
    return Math.min(...[...this.#buffers.values()].map((buffer) => buffer.duration));
  }

  get playing() {
    return this.#group !== null;
  }

  get chosen() {
    return this.#chosen;
  }

  // Seconds from the start of the stimuli.
  get position() {
    if (!this.playing) return this.#begin + this.#resumeAt;
    const elapsed = Math.max(0, this.#context.currentTime - this.#group.startedAt);
    return this.#begin + ((this.#group.offset + elapsed) % (this.#end - this.#begin));
  }

  play(when = this.#context.currentTime + LEAD) {
    if (this.playing) return;
    this.#group = this.#start(when, this.#resumeAt);
  }

  pause() {
    if (!this.playing) return;
    this.#resumeAt = this.position - this.#begin;
    this.#stop(this.#context.currentTime);
  }

  // Let another stimulus through, at the place where the one before was.
  choose(name, when = this.#context.currentTime) {
    this.#chosen = name;
    if (!this.playing) return;
    // All gains move towards their ends at one pace, so that they always add up to one: nothing
    // dips, jumps or clicks, however fast somebody switches.
    for (const [key, gain] of this.#group.gains) {
      gain.gain.setTargetAtTime(key === name ? 1 : 0, when, SWITCH);
    }
  }

  // Loop from `begin` to `end`, in seconds; what plays starts over.
  select(begin, end) {
    const playing = this.playing;
    if (playing) this.#stop(this.#context.currentTime);
    this.#begin = begin;
    this.#end = end;
    this.#resumeAt = 0;
    if (playing) this.play();
  }

  // One source with a channel a stimulus: they are in step however late it starts.
  #start(when, offset) {
    const output = new GainNode(this.#context, { gain: 0 });
    output.gain.setTargetAtTime(1, when, SWITCH);
    output.connect(this.#context.destination);
    const source = new AudioBufferSourceNode(this.#context, { buffer: this.#loop(), loop: true });
    const splitter = new ChannelSplitterNode(this.#context, { numberOfOutputs: this.#buffers.size });
    source.connect(splitter);
    const gains = new Map();
    for (const name of this.#buffers.keys()) {
      const gain = new GainNode(this.#context, { gain: name === this.#chosen ? 1 : 0 });
      splitter.connect(gain, gains.size).connect(output);
      gains.set(name, gain);
    }
    source.start(when, offset);
    return { output, gains, source, startedAt: when, offset };
  }

  #stop(when) {
    const { output, source } = this.#group;
    output.gain.setTargetAtTime(0, when, SWITCH);
    source.stop(when + 10 * SWITCH);
    source.onended = () => output.disconnect();
    this.#group = null;
  }

  // The selected part of all stimuli.
  #loop() {
    const parts = [...this.#buffers.values()].map((buffer) => this.#cut(buffer));
    const [{ sampleRate }] = this.#buffers.values();
    const numberOfChannels = parts.length;
    const loop = new AudioBuffer({ length: parts[0].length, numberOfChannels, sampleRate });
    parts.forEach((part, channel) => loop.copyToChannel(part, channel));
    return loop;
  }

  // The selected part with faded ends, which loops without a click.
  #cut(buffer) {
    const rate = buffer.sampleRate;
    const first = Math.round(this.#begin * rate);
    const length = Math.round(this.#end * rate) - first;
    const samples = buffer.getChannelData(0).slice(first, first + length);
    const fade = Math.min(Math.round(LOOP_FADE * rate), Math.floor(length / 2));
    for (let i = 0; i < fade; i += 1) {
      const factor = 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / fade);
      samples[i] *= factor;
      samples[length - 1 - i] *= factor;
    }
    return samples;
  }
}
