import Papa from 'papaparse';
import { CAVITIES, DEFECTS } from '../../domain/defect.ts';
import { FEATURE_NAMES } from '../../domain/feature.ts';
import { fromWire } from '../format/records.ts';
import { currentInspection } from '../store/rows.ts';
import type { Cell, Column } from './columns.ts';
import type { ExportShot } from './rows.ts';

const encoder = new TextEncoder();

/** UTF-8 text of rows with CRLF; a cell that a spreadsheet would take for a formula is made text (OWASP, CSV injection). */
function csv(rows: readonly (readonly Cell[])[]): Uint8Array {
  return encoder.encode(rows.length === 0 ? '' : `${Papa.unparse(rows as Cell[][], { escapeFormulae: true, newline: '\r\n' })}\r\n`);
}

/** The first line of a table, behind a byte order mark by which spreadsheets know UTF-8. */
export function csvHeader<Row>(columns: readonly Column<Row>[]): Uint8Array {
  const names = csv([columns.map(({ name }) => name)]);
  return Uint8Array.from([0xef, 0xbb, 0xbf, ...names]);
}

/** Rows of a table. Instants are ISO 8601 in UTC; a value without a number is empty. */
export function csvRows<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Uint8Array {
  return csv(
    rows.map((row) =>
      columns.map(({ type, of }) => {
        const cell = of(row);
        if (cell === null) return '';
        if (type === 'instant') return new Date(Number(cell)).toISOString();
        return typeof cell === 'number' && !Number.isFinite(cell) ? '' : cell;
      }),
    ),
  );
}

/** Columns of the defect flags in the data set's order and spelling. */
const FLAGS = CAVITIES.flatMap((cavity) => DEFECTS.map((defect) => ({ defect, cavity, name: `Defects_${defect === 'Burning_Mark' ? 'Buring_Mark' : defect}_${cavity}` })));

/** The two header rows of the KAMP layout: group, name. */
export function trainingHeader(): Uint8Array {
  const names = ['Process_id', ...FEATURE_NAMES, ...FLAGS.map(({ name }) => name)];
  const split = names.map((name) => {
    const at = name.indexOf('_');
    return [name.slice(0, at), name.slice(at + 1)] as const;
  });
  return csv([split.map(([group]) => group), split.map(([, name]) => name)]);
}

/**
 * Inspected shots of the line as labelled rows for `castwatch-train`: a repeat is left out, and so is a defective part of
 * which nobody noted what it had. Missing and infinite values are empty.
 */
export function trainingRows(shots: readonly ExportShot[]): { readonly bytes: Uint8Array; readonly rows: number } {
  const rows = shots.flatMap(({ row, shot }) => {
    const inspection = currentInspection(row);
    if (!inspection || row.shot?.stream !== 'line' || shot.data.repeat) return [];
    if (inspection.outcome === 'defective' && inspection.findings.length === 0) return [];
    const values = shot.data.values.map((value) => {
      const number = fromWire(value);
      return Number.isFinite(number) ? number : '';
    });
    const flags = FLAGS.map(({ defect, cavity }) => Number(inspection.findings.some((one) => one.defect === defect && one.cavity === cavity)));
    return [[row.seq, ...values, ...flags]];
  });
  return { bytes: csv(rows), rows: rows.length };
}
