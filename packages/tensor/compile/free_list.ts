/** Pieces of a range of addresses that are free, found by size. */

interface Piece {
  readonly start: number;
  readonly end: number;
}

const sizeOf = ({ start, end }: Piece): number => end - start;

/** Hands out addresses of a range that grows where nothing in it fits. */
export class FreeList {
  /** From the smallest to the largest, and by address among equals. */
  readonly #bySize: Piece[] = [];
  readonly #byStart = new Map<number, Piece>();
  readonly #byEnd = new Map<number, Piece>();
  #end = 0;

  /** The size of the range. */
  get bytes(): number {
    return this.#end;
  }

  /** The start of `size` bytes in the smallest piece that holds them. */
  take(size: number): number {
    const piece = this.#bySize[this.#place(size, 0)];
    if (piece) {
      this.#remove(piece);
      if (sizeOf(piece) > size) {
        this.#add({ start: piece.start + size, end: piece.end });
      }
      return piece.start;
    }
    // The range grows by what its last piece lacks.
    const last = this.#byEnd.get(this.#end);
    if (last) this.#remove(last);
    const start = last?.start ?? this.#end;
    this.#end = start + size;
    return start;
  }

  /** Gives back what `take(size)` returned; neighbours join. */
  give(start: number, size: number): void {
    const before = this.#byEnd.get(start);
    const after = this.#byStart.get(start + size);
    if (before) this.#remove(before);
    if (after) this.#remove(after);
    this.#add({
      start: before?.start ?? start,
      end: after?.end ?? start + size,
    });
  }

  /** Index of the first piece of at least `size` bytes, and from `start` on among those of `size` bytes. */
  #place(size: number, start: number): number {
    let low = 0, high = this.#bySize.length;
    while (low < high) {
      const middle = (low + high) >> 1, piece = this.#bySize[middle]!;
      const smaller = sizeOf(piece) < size ||
        (sizeOf(piece) === size && piece.start < start);
      if (smaller) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #add(piece: Piece): void {
    this.#bySize.splice(this.#place(sizeOf(piece), piece.start), 0, piece);
    this.#byStart.set(piece.start, piece);
    this.#byEnd.set(piece.end, piece);
  }

  #remove(piece: Piece): void {
    this.#bySize.splice(this.#place(sizeOf(piece), piece.start), 1);
    this.#byStart.delete(piece.start);
    this.#byEnd.delete(piece.end);
  }
}
