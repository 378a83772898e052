/** Positions in containers. */

/**
 * Turns an index of -length..length-1 into 0..length-1.
 *
 * @throws {RangeError} if it is neither.
 */
export function placeOf(index: number, length: number): number {
  if (!Number.isInteger(index) || index < -length || index >= length) {
    throw new RangeError(
      `Cannot index ${length} members: expected an integer in [${-length}, ${
        length - 1
      }], got ${index}`,
    );
  }
  return index < 0 ? index + length : index;
}
