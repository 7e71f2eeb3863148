import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import tseslint from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** The rooms of src/, from the ground up: a room imports only from the rooms before it. */
const ROOMS = [
  'domain',
  'messages',
  'model',
  'explain',
  'sources',
  'journal',
  'monitor',
  'station',
  'line',
  'state',
  'ui',
  'views',
];

const RUNTIME_RULE = {
  // The address of its wasm is not the run-time itself.
  regex: '^onnxruntime(?!.*\\.wasm\\?url$)',
  message: 'Only src/model/sessions.ts and src/model/webgpu/session.ts know the inference run-time.',
};

const ZOD_RULE = {
  regex: '^zod',
  message: 'Import z from domain/zod.ts: it is set up for a page without eval.',
};

/** What a file of `room` may not import. `messages` and `ui` know no business: they see only the ground floor. */
function restrictions(room, index) {
  const banned = ROOMS.slice(index + 1).concat('sw');
  if (room === 'ui') banned.push('state', 'line', 'station', 'monitor', 'journal', 'sources', 'explain', 'model');
  return {
    files: [`src/${room}/**/*.{ts,svelte}`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            RUNTIME_RULE,
            ZOD_RULE,
            {
              regex: `^(\\.\\./)+(${banned.join('|')})/`,
              message: `${room}/ may import only from the rooms below it in the house (see eslint.config.js).`,
            },
          ],
        },
      ],
    },
  };
}

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      'test-results/',
      'playwright-report/',
      'screenshots/',
      'training/',
      'deploy/.venv/',
      'public/',
      '.svelte-kit/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      globals: { ...globals.browser, ...globals.node },
      parserOptions: {
        project: ['./tsconfig.app.json', './tsconfig.worker.json', './tsconfig.sw.json', './tsconfig.node.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      'max-lines': ['error', { max: 400 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser, svelteConfig } },
  },
  {
    // The linter cannot see the types of another component's props and snippets; svelte-check can, and does.
    files: ['**/*.svelte'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
  },
  { files: ['scripts/**', 'tests/**'], rules: { 'no-console': 'off' } },
  // CloudFront calls it by its name.
  { files: ['deploy/edge-function.js'], rules: { '@typescript-eslint/no-unused-vars': 'off' } },
  { files: ['src/**/*.{ts,svelte}'], rules: { 'no-restricted-imports': ['error', { patterns: [RUNTIME_RULE, ZOD_RULE] }] } },
  ...ROOMS.map(restrictions),
  { files: ['src/domain/zod.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['src/model/sessions.ts', 'src/model/webgpu/session.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [ZOD_RULE, { regex: '^(\\.\\./)+(?!domain/)[^.]', message: 'model/ may import only from domain/.' }] },
      ],
    },
  },
);
