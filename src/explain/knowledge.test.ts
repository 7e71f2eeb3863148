import { expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import { FEATURE_INDEX, type FeatureName } from '../domain/feature.ts';
import { counterRisks, likelyCauses, usualDefects } from './knowledge.ts';

const { reference } = readBundleFiles(bundleFolders()[0]!);
const product = reference.products['2']!;
const at = (name: FeatureName) => ({ name, index: FEATURE_INDEX[name] });

test('less spray cures stain and risks burning marks and scratches; more spray the other way round', () => {
  const less = counterRisks(DEFAULT_DOMAIN_TABLE, product, [{ name: 'Process_Spray_2_Time', from: 2.9, to: 2.3 }]);
  const more = counterRisks(DEFAULT_DOMAIN_TABLE, product, [{ name: 'Process_Spray_2_Time', from: 2.3, to: 2.9 }]);
  expect(less).toEqual(expect.arrayContaining(['Burning_Mark', 'Scratch']));
  expect(less).not.toContain('Stain');
  expect(more).toEqual(expect.arrayContaining(['Stain', 'Short_Shot', 'Blow_Hole']));
  expect(more).not.toContain('Burning_Mark');
});

test('the risks that the product knows stand first', () => {
  const risks = counterRisks(DEFAULT_DOMAIN_TABLE, product, [{ name: 'Process_Spray_Time', from: 11, to: 13 }]);
  const counts = risks.map((defect) => product.defects[defect] ?? 0);
  expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  expect(risks[0]).toBe('Short_Shot');
});

test('a cylinder pressure carries the risks of the casting pressure that follows it', () => {
  const table = {
    ...DEFAULT_DOMAIN_TABLE,
    defects: {
      ...DEFAULT_DOMAIN_TABLE.defects,
      Dent: { causes: [{ kind: 'signal', signals: ['Process_Casting_Pressure'], direction: 'high' }], measures: [], confirmed: true },
    },
  } as const;
  expect(counterRisks(table, product, [{ name: 'Process_Cylinder_Pressure', from: 263, to: 265 }])).toContain('Dent');
});

test('a melt that moves away from its usual temperature risks impurities, one that moves towards it does not', () => {
  const median = product.quantiles['Sensor_Melting_Furnace_Temp']![3]!;
  const away = counterRisks(DEFAULT_DOMAIN_TABLE, product, [{ name: 'Sensor_Melting_Furnace_Temp', from: median, to: median + 9 }]);
  const back = counterRisks(DEFAULT_DOMAIN_TABLE, product, [{ name: 'Sensor_Melting_Furnace_Temp', from: median + 9, to: median }]);
  expect(away).toContain('Impurity');
  expect(back).not.toContain('Impurity');
});

test('causes are those of defects usual in the product, for signals on the side that makes them likelier', () => {
  const values = Float64Array.from(product.golden_shot);
  values[FEATURE_INDEX.Process_Biscuit_Thickness] = product.usual['Process_Biscuit_Thickness']![0];
  const causes = likelyCauses(DEFAULT_DOMAIN_TABLE, product, values, [at('Process_Biscuit_Thickness')]);
  expect(causes.map(({ defect }) => defect)).toEqual(['Short_Shot', 'Blow_Hole']);
  expect(causes[0]!.signals).toEqual([{ name: 'Process_Biscuit_Thickness', direction: 'low' }]);

  values[FEATURE_INDEX.Process_Biscuit_Thickness] = product.usual['Process_Biscuit_Thickness']![1];
  expect(likelyCauses(DEFAULT_DOMAIN_TABLE, product, values, [at('Process_Biscuit_Thickness')])).toEqual([]);
});

test('usual defects are the frequent ones, most frequent first', () => {
  const usual = usualDefects(product);
  expect(usual.map(({ defect }) => defect)).toEqual(['Short_Shot', 'Blow_Hole', 'Stain']);
  expect(usual.every(({ share }) => share >= 0.01 && share < 1)).toBe(true);
});
