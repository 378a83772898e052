import type { RaceConfig } from "../race/config.ts";
import type { RaceResult } from "../race/race.ts";
import type { RaceCell, RaceRow } from "../race/race_table.ts";
import { escapeXml } from "./svg.ts";

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A table with a head for each column and row, which scrolls on narrow screens. */
function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly [name: string, cells: readonly string[]])[],
): string {
  const heads = head.map((name) => `<th scope="col">${breakable(name)}</th>`);
  const body = rows.map(([name, cells]) =>
    `<tr><th scope="row">${escapeXml(name)}</th>${cells.join("")}</tr>`
  );
  return `<div class="scroll" role="region" tabindex="0" aria-label="${
    escapeXml(caption)
  }">
<table>
<caption>${escapeXml(caption)}</caption>
<thead><tr>${heads.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>
</div>`;
}

/** A name that may break before its capitals, so that columns are narrow. */
function breakable(name: string): string {
  return escapeXml(name).replace(/(?<=[a-z])(?=[A-Z])/g, "<wbr>");
}

/** Whether no other optimizer solved more, nor as many sooner. */
function isBest(cell: RaceCell, others: readonly RaceCell[]): boolean {
  return cell.solved > 0 &&
    others.every((other) =>
      other.solved < cell.solved ||
      other.solved === cell.solved && other.evaluations! >= cell.evaluations!
    );
}

/** The table of a race: who solved what, and with how many evaluations. */
export function resultTable(
  result: RaceResult,
  rows: readonly RaceRow[],
): string {
  return table(
    "Medians of evaluations to the target over the starts that reached it; below, their share where that is not all",
    ["Optimizer", "Solved", "Won", ...result.problems],
    rows.map(({ optimizer, solved, won, cells }) => [optimizer, [
      `<td>${percent(solved)}</td>`,
      `<td>${percent(won)}</td>`,
      ...result.problems.map((problem) => {
        const cell = cells[problem]!;
        const all = rows.map(({ cells }) => cells[problem]!);
        const open = isBest(cell, all) ? `<td class="best">` : "<td>";
        if (cell.evaluations === null) return `${open}–</td>`;
        const share = cell.solved < 1
          ? `<br><small>${percent(cell.solved)}</small>`
          : "";
        return `${open}${Math.round(cell.evaluations)}${share}</td>`;
      }),
    ]]),
  );
}

/** The table of the best hyper-parameters. */
export function configTable(
  result: RaceResult,
  rows: readonly RaceRow[],
): string {
  const show = ({ lr, ...others }: RaceConfig) =>
    [
      Number(lr.toPrecision(3)),
      ...Object.entries(others).map(([name, value]) =>
        `${name} ${
          typeof value === "number"
            ? Number(value.toPrecision(3))
            : JSON.stringify(value)
        }`
      ),
    ].map((part) => escapeXml(String(part))).join("<br>");
  return table(
    "Learning rates, and what else was tuned",
    ["Optimizer", ...result.problems],
    rows.map(({ optimizer }) => [
      optimizer,
      result.problems.map((problem) =>
        `<td>${show(result.best[optimizer]![problem]!)}</td>`
      ),
    ]),
  );
}
