/** A graph as instructions in memory, ready to run. */

import { heap } from "../wasm/heap.ts";
import { execute, recordBytes, writeInstruction } from "../wasm/driver.ts";
import { ProgramMemory } from "../wasm/program_memory.ts";
import type { AddressedStorage } from "../wasm/device.ts";
import { arenaOf } from "./arena.ts";
import { type ProgramBuffer, running } from "./buffers.ts";
import { schedule } from "./host_calls.ts";
import {
  type Assertion,
  type Buffer,
  type Graph,
  type HostCall,
  readsOf,
  writesOf,
} from "./graph.ts";
import type { Patch } from "./instructions.ts";
import { planMemory } from "./memory_plan.ts";
import { bytesOf, type List, partsOf } from "./parts.ts";

/** Words of an instruction before the address that an assertion looks at. */
const assertionWord = 2;

/** Instructions that run without a stop, and what JavaScript does after them. */
interface Segment {
  list: number;
  count: number;
  /** The assertions by the places of their instructions. */
  readonly assertions: Map<number, Assertion>;
  after: HostCall | null;
}

/** A buffer that exists outside, and the words that hold addresses in it. */
interface Outside {
  readonly buffer: ProgramBuffer;
  readonly patches: readonly Patch[];
  /** Where it was when the words were written. */
  address: number;
}

/** The number of the last program made, and of the one whose buffers have the right addresses. */
let made = 0, located = 0;

/** Bytes that a vector load may reach past a buffer. */
const padding = 16;

function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16;
}

/** A program in memory. Its buffers get their addresses when it runs. */
export class Program {
  /** Bytes of the arena that a run needs. */
  readonly arenaBytes: number;
  /** Number of instructions. */
  readonly instructions: number;

  readonly #memory: ProgramMemory;
  readonly #first: readonly HostCall[];
  readonly #segments: Segment[] = [];
  readonly #outside: Outside[] = [];
  /** Buffers in the arena, where they are in it, and the words that hold addresses in them. */
  readonly #inside: [ProgramBuffer, number, Patch[]][] = [];
  #arena = -1;
  readonly #number = ++made;

  /** Writes the instructions of `graph`; numbers for every run go to `host`. */
  constructor(graph: Graph, host: ProgramBuffer) {
    const { constants, first, rest } = schedule(graph);
    const { lists, nodes } = partsOf(rest);
    const plan = planMemory({ nodes: [...first, ...nodes] }, new Set());
    this.#first = first;
    this.arenaBytes = plan.bytes;
    this.instructions = lists.reduce((n, { parts }) => n + parts.length, 0);

    const kept = constants.map((c) => c.writes[0] as ProgramBuffer);
    // Those that another program of the same graph has placed stay there.
    const residents = [host, ...kept].filter((b) => b.address < 0);
    const bytes = aligned(bytesOf(lists));
    this.#memory = new ProgramMemory(
      residents.reduce((n, b) => n + aligned(b.bytes + padding), bytes),
    );
    let at = this.#memory.address + bytes;
    for (const buffer of residents) {
      buffer.resident = true;
      buffer.resolve ??= isResident;
      buffer.address = at;
      at += aligned(buffer.bytes + padding);
    }
    this.#sort(this.#write(lists), plan.offsets, graph);
    whileRunning(() => constants.forEach((c) => c.run()));
  }

  /** Writes all instructions and their arguments; returns the words that hold addresses. */
  #write(
    lists: readonly List[],
  ): Patch[] {
    const patches: Patch[] = [];
    let at = this.#memory.address;
    let args = at + this.instructions * recordBytes;
    for (const { parts, after } of lists) {
      const segment: Segment = {
        list: at,
        count: parts.length,
        assertions: new Map(),
        after,
      };
      parts.forEach((part, i) => {
        if ("step" in part) {
          args = (args + 7) & ~7;
          patches.push(...part.step.write(args));
          writeInstruction(at, part.step.instruction(args));
          args += part.step.bytes;
        } else {
          const { operand } = part.assertion;
          writeInstruction(at, { kind: "assertion", address: 0 });
          patches.push({
            word: (at >>> 2) + assertionWord,
            buffer: operand.buffer,
            bytes: operand.offset,
          });
          segment.assertions.set(i, part.assertion);
        }
        at += recordBytes;
      });
      this.#segments.push(segment);
    }
    return patches;
  }

  /** Sorts patches by where their buffers are. */
  #sort(
    patches: readonly Patch[],
    offsets: ReadonlyMap<Buffer, number>,
    graph: Graph,
  ): void {
    const byBuffer = new Map<ProgramBuffer, Patch[]>();
    const listOf = (buffer: Buffer) => {
      let list = byBuffer.get(buffer as ProgramBuffer);
      if (!list) byBuffer.set(buffer as ProgramBuffer, list = []);
      return list;
    };
    for (const patch of patches) listOf(patch.buffer).push(patch);
    // Host calls look at buffers that no instruction may mention.
    for (const node of graph.nodes) {
      for (const buffer of [...readsOf(node), ...writesOf(node)]) {
        listOf(buffer);
      }
    }
    for (const [buffer, list] of byBuffer) {
      const offset = offsets.get(buffer);
      if (buffer.resident) writeAddresses(list, buffer.address);
      else if (buffer.resolve) {
        this.#outside.push({ buffer, patches: list, address: -1 });
      } else this.#inside.push([buffer, offset!, list]);
    }
  }

  /** Runs the program `times` times. */
  run(
    times: number,
    host: ProgramBuffer,
    hostValues: readonly (() => number)[],
  ): void {
    const arena = arenaOf(this.arenaBytes + 64);
    heap.tick();
    this.#locate(arena);
    const numbers = host.address / 8;
    for (let i = 0; i < hostValues.length; i++) {
      heap.f64[numbers + i] = hostValues[i]!();
    }
    const stops = this.#first.length > 0 || this.#segments.length > 1;
    running.program = true;
    try {
      if (stops) { for (let t = 0; t < times; t++) this.#once(1); }
      else this.#once(times);
    } finally {
      running.program = false;
    }
  }

  /** Finds out where all buffers are, and tells the instructions where that changed. */
  #locate(arena: number): void {
    const outside = this.#outside;
    // New memory comes first, as making it may move what was not used for long.
    for (let i = 0; i < outside.length; i++) {
      const { buffer } = outside[i]!;
      buffer.storage = buffer.resolve!();
    }
    for (let i = 0; i < outside.length; i++) {
      const place = outside[i]!, { buffer } = place;
      const storage = buffer.storage as AddressedStorage;
      const address = storage.address() + buffer.skipped();
      buffer.address = address;
      if (address === place.address) continue;
      place.address = address;
      writeAddresses(place.patches, address);
    }
    if (arena === this.#arena && located === this.#number) return;
    for (const [buffer, offset, patches] of this.#inside) {
      buffer.address = arena + offset;
      if (arena !== this.#arena) writeAddresses(patches, buffer.address);
    }
    this.#arena = arena;
    located = this.#number;
  }

  /** Lets go of the storages of the last run. */
  release(): void {
    for (const { buffer } of this.#outside) buffer.storage = null;
  }

  #once(times: number): void {
    for (const call of this.#first) call.run();
    for (const { list, count, assertions, after } of this.#segments) {
      if (count > 0) {
        const failed = execute(list, count, times);
        if (failed >= 0) assertions.get(failed)!.fail();
      }
      after?.run();
    }
  }
}

function writeAddresses(patches: readonly Patch[], address: number): void {
  const words = heap.i32;
  for (let i = 0; i < patches.length; i++) {
    const { word, bytes } = patches[i]!;
    words[word] = address + bytes;
  }
}

function whileRunning(action: () => void): void {
  running.program = true;
  try {
    action();
  } finally {
    running.program = false;
  }
}

/** What is in the memory of a program is in no storage. */
function isResident(): never {
  throw new Error("Cannot look up the storage of what a program holds itself");
}
