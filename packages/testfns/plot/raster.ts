import type { Point } from "./clip.ts";

/** A rectangle of pixels: from `left` and `top` up to, not including, `right` and `bottom`. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** How much of each pixel of a picture is covered, from 0 to 255. */
export class Coverage {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** The pixels row by row. */
  readonly data: Uint8Array<ArrayBuffer>;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(width * height);
  }

  /** Covers a line with round ends; where it crosses itself it is no denser. Returns what may have changed. */
  addLine(from: Point, to: Point, weight: number): Box {
    const half = weight / 2;
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const squared = dx * dx + dy * dy;
    return this.#add([from, to], half + 1, (x, y) => {
      const along = squared === 0
        ? 0
        : ((x - from[0]) * dx + (y - from[1]) * dy) / squared;
      const t = Math.min(1, Math.max(0, along));
      const distance = Math.hypot(
        x - from[0] - t * dx,
        y - from[1] - t * dy,
      );
      return half + 0.5 - distance;
    });
  }

  /** Covers a polygon. Returns what may have changed. */
  addPolygon(corners: readonly Point[]): Box {
    const steps = 4;
    return this.#add(corners, 1, (x, y) => {
      let inside = 0;
      for (let i = 0; i < steps * steps; i++) {
        const u = x - 0.5 + (i % steps + 0.5) / steps;
        const v = y - 0.5 + (Math.floor(i / steps) + 0.5) / steps;
        if (isInPolygon(u, v, corners)) inside++;
      }
      return inside / (steps * steps);
    });
  }

  // Pixel (i, j) is the unit square around (i + 0.5, j + 0.5).
  #add(
    points: readonly Point[],
    margin: number,
    cover: (x: number, y: number) => number,
  ): Box {
    const box = this.#around(points, margin);
    for (let j = box.top; j < box.bottom; j++) {
      for (let i = box.left; i < box.right; i++) {
        const share = Math.min(1, cover(i + 0.5, j + 0.5));
        const at = j * this.width + i;
        const value = Math.round(share * 255);
        if (value > this.data[at]!) this.data[at] = value;
      }
    }
    return box;
  }

  #around(points: readonly Point[], margin: number): Box {
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    return {
      left: Math.max(0, Math.floor(Math.min(...xs) - margin)),
      top: Math.max(0, Math.floor(Math.min(...ys) - margin)),
      right: Math.min(this.width, Math.ceil(Math.max(...xs) + margin)),
      bottom: Math.min(this.height, Math.ceil(Math.max(...ys) + margin)),
    };
  }

  /** Uncovers a rectangle. */
  clear({ left, top, right, bottom }: Box): void {
    for (let j = top; j < bottom; j++) {
      this.data.fill(0, j * this.width + left, j * this.width + right);
    }
  }
}

// Counts the sides that a ray to the right crosses.
function isInPolygon(
  x: number,
  y: number,
  corners: readonly Point[],
): boolean {
  let inside = false;
  for (let i = 0; i < corners.length; i++) {
    const [x0, y0] = corners[i]!;
    const [x1, y1] = corners[(i + 1) % corners.length]!;
    if (y0 > y !== y1 > y && x < (x1 - x0) * (y - y0) / (y1 - y0) + x0) {
      inside = !inside;
    }
  }
  return inside;
}
