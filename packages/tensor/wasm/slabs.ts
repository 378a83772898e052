/** Pieces of up to half a page, which share slabs with others of their size. */

/** Bytes of a page; larger pieces are whole pages. */
export const pageSize = 4096;
/** Sizes up to here share slabs. */
export const largestSmall = 2048;
const slabPages = 16;

interface Slab {
  /** Addresses of free pieces; what was freed last is taken first. */
  readonly free: number[];
  /** Number of pieces. */
  readonly count: number;
  readonly page: number;
}

/** Hands out pieces whose sizes are powers of two from 64 to {@linkcode largestSmall}. */
export class SlabAllocator {
  /** Slabs with room, by the binary logarithm of the size. */
  readonly #slabs: Slab[][] = Array.from({ length: 12 }, () => []);
  readonly #slabOf = new Map<number, Slab>();
  readonly #takePages: (count: number) => number;
  readonly #givePages: (start: number, count: number) => void;

  /** Gets its pages from `take` and returns empty slabs to `give`. */
  constructor(
    take: (count: number) => number,
    give: (start: number, count: number) => void,
  ) {
    this.#takePages = take;
    this.#givePages = give;
  }

  /** The address of a free piece. */
  take(size: number): number {
    const room = this.#slabs[log2(size)]!;
    const slab = room[room.length - 1] ?? this.#addSlab(size, room);
    const address = slab.free.pop()!;
    if (slab.free.length === 0) room.pop();
    return address;
  }

  #addSlab(size: number, room: Slab[]): Slab {
    const page = this.#takePages(slabPages);
    const count = slabPages * pageSize / size;
    const free = Array.from(
      { length: count },
      (_, i) => page * pageSize + (count - 1 - i) * size,
    );
    const slab = { free, count, page };
    for (let p = 0; p < slabPages; p++) this.#slabOf.set(page + p, slab);
    room.push(slab);
    return slab;
  }

  /** Gives a piece back. */
  give(address: number, size: number): void {
    const slab = this.#slabOf.get(Math.floor(address / pageSize))!;
    const room = this.#slabs[log2(size)]!;
    if (slab.free.length === 0) room.push(slab);
    slab.free.push(address);
    // One empty slab stays, so that taking and giving in turn stays cheap.
    if (slab.free.length === slab.count && room.length > 1) {
      room.splice(room.indexOf(slab), 1);
      for (let p = 0; p < slabPages; p++) this.#slabOf.delete(slab.page + p);
      this.#givePages(slab.page, slabPages);
    }
  }
}

function log2(size: number): number {
  return 31 - Math.clz32(size);
}
