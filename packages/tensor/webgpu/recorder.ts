/**
 * Gathers commands and submits them together: a submission costs as much as
 * several kernels.
 */

import type { Block } from "./pool.ts";
import { usage } from "./usage.ts";

/** A compiled shader with what binds to it. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Words of the uniform buffer. */
  readonly words: number;
  /** Bind groups by the numbers of their buffers. */
  readonly groups: Map<string, GPUBindGroup>;
}

/** Bytes of parameters in one submission. */
const ringBytes = 1 << 17;
/** Offsets into a uniform buffer are multiples of this. */
const alignment = 256;
/** Dispatches in one submission, so that the GPU starts before the program is done. */
const mostDispatches = 256;
/** Bind groups that a pipeline keeps. */
const mostGroups = 64;

/** The commands of a device that were not submitted yet. */
export class Recorder {
  readonly #device: GPUDevice;
  readonly #afterSubmit: () => void;
  readonly #ring: GPUBuffer;
  readonly #words = new Uint32Array(ringBytes / 4);
  #used = 0;
  #dispatches = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  /** Number of the submission that is being gathered. */
  #number = 0;

  /** A recorder for `device` that calls `afterSubmit` after each submission. */
  constructor(device: GPUDevice, afterSubmit: () => void) {
    this.#device = device;
    this.#afterSubmit = afterSubmit;
    this.#ring = device.createBuffer({
      size: ringBytes,
      usage: usage.uniform | usage.copyTarget,
    });
  }

  /** How many submissions there were. */
  get submissions(): number {
    return this.#number;
  }

  /** Runs `x` by `y` workgroups; `fill` writes the parameters. */
  dispatch(
    pipeline: Pipeline,
    blocks: readonly Block[],
    x: number,
    y: number,
    fill: (words: Uint32Array, at: number) => void,
  ): void {
    const bytes = Math.ceil(pipeline.words * 4 / alignment) * alignment;
    if (
      this.#used + bytes > ringBytes || this.#dispatches === mostDispatches
    ) this.flush();
    const offset = this.#used;
    fill(this.#words, offset / 4);
    this.#used += bytes;
    this.#dispatches++;
    const pass = this.#pass ??= this.#commands().beginComputePass();
    pass.setPipeline(pipeline.pipeline);
    pass.setBindGroup(0, this.#bind(pipeline, blocks), [offset]);
    pass.dispatchWorkgroups(x, y);
    for (const block of blocks) block.usedIn = this.#number;
  }

  /** Copies `bytes` bytes, a multiple of 4, between buffers. */
  copy(
    from: Block,
    offset: number,
    to: GPUBuffer,
    bytes: number,
  ): void {
    this.#pass?.end();
    this.#pass = null;
    this.#commands().copyBufferToBuffer(from.buffer, offset, to, 0, bytes);
    from.usedIn = this.#number;
  }

  /** Writes `data`, whose bytes are a multiple of 4, after all that was recorded. */
  write(to: Block, offset: number, data: Uint8Array<ArrayBuffer>): void {
    // A write to the queue comes before the commands that are not submitted.
    if (to.usedIn === this.#number) this.flush();
    this.#device.queue.writeBuffer(to.buffer, offset, data);
  }

  /** Submits what was recorded. */
  flush(): void {
    if (!this.#encoder) return;
    this.#pass?.end();
    const { queue } = this.#device;
    if (this.#used > 0) {
      queue.writeBuffer(this.#ring, 0, this.#words, 0, this.#used / 4);
    }
    queue.submit([this.#encoder.finish()]);
    this.#encoder = this.#pass = null;
    this.#used = this.#dispatches = 0;
    this.#number++;
    this.#afterSubmit();
  }

  #commands(): GPUCommandEncoder {
    return this.#encoder ??= this.#device.createCommandEncoder();
  }

  #bind(pipeline: Pipeline, blocks: readonly Block[]): GPUBindGroup {
    const key = blocks.map((b) => b.id).join();
    const known = pipeline.groups.get(key);
    if (known) return known;
    if (pipeline.groups.size === mostGroups) pipeline.groups.clear();
    const group = this.#device.createBindGroup({
      layout: pipeline.layout,
      entries: [
        {
          binding: 0,
          resource: {
            buffer: this.#ring,
            size: Math.ceil(pipeline.words / 4) * 16,
          },
        },
        ...blocks.map(({ buffer }, i) => ({
          binding: i + 1,
          resource: { buffer },
        })),
      ],
    });
    pipeline.groups.set(key, group);
    return group;
  }
}
