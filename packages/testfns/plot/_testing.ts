import { assert, assertEquals } from "@std/assert";
import type { Trace } from "../trace.ts";

/** A short run on the sphere function; parts of it can be replaced. */
export function makeTrace(parts: Partial<Trace> = {}): Trace {
  const params = parts.params ?? [[-1, 1], [0.5, 0.5], [0.25, -0.5]];
  return {
    optimizer: "SGD",
    fn: "sphere",
    options: { lr: 0.25 },
    params,
    loss: params.map(([x, y]) => x! * x! + y! * y!),
    gradNorm: params.map(([x, y]) => 2 * Math.hypot(x!, y!)),
    lr: params.map(() => 0.25),
    evaluations: params.map((_, i) => i),
    domain: { x: [-2, 2], y: [-2, 2] },
    minima: [{ at: [0, 0], value: 0 }],
    ...parts,
  };
}

/** Asserts that tags nest, attributes are quoted and unique, and text has no bare `&` or `<`. */
export function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const token =
    /<(\/?)([a-z]+)((?:\s+[a-zA-Z:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const match of xml.matchAll(token)) {
    end = match.index + match[0].length;
    const [, closing, name, attributes = "", empty, text = ""] = match;
    const names = [...attributes.matchAll(/([a-zA-Z:-]+)="/g)]
      .map(([, key]) => key);
    assertEquals(new Set(names).size, names.length, `Twice in <${name}>`);
    const prose = text + attributes;
    assert(!/&(?!(?:amp|lt|gt|quot);)/.test(prose), `Bare & in ${prose}`);
    if (name === undefined) {
      assert(open.length > 0, "Text outside of the root element");
    } else if (closing === "/") {
      assertEquals(name, open.pop());
    } else if (empty !== "/") {
      open.push(name);
    }
  }
  assertEquals(end, xml.length, `Not XML: ${xml.slice(end, end + 60)}`);
  assertEquals(open, []);
}

/** Returns the elements of a class, each with its attributes. */
export function elementsOfClass(
  svg: string,
  name: string,
): Record<string, string>[] {
  const tags = svg.match(/<[a-z]+\s[^>]*>/g) ?? [];
  return tags
    .map((tag) =>
      Object.fromEntries(
        [...tag.matchAll(/([a-zA-Z:-]+)="([^"]*)"/g)]
          .map(([, key, value]) => [key!, value!]),
      )
    )
    .filter((attributes) => attributes["class"] === name);
}

/** Returns the subpaths of path data that has absolute `M` and `L` commands only. */
export function readPath(data: string): [number, number][][] {
  return data.split("M").slice(1).map((subpath) =>
    subpath.replace("Z", "").split("L").map((pair) => {
      const [x, y] = pair.trim().split(" ").map(Number);
      return [x!, y!];
    })
  );
}

/** Returns the plot area that the frame of a picture encloses. */
export function frameOf(
  svg: string,
): { left: number; top: number; right: number; bottom: number } {
  const { x, y, width, height } = elementsOfClass(svg, "frame")[0]!;
  const [left, top] = [Number(x), Number(y)];
  return {
    left,
    top,
    right: left + Number(width),
    bottom: top + Number(height),
  };
}
