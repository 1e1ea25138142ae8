// @ts-check
/**
 * Lint rules. What they are for: bugs that types let through (promises left alone, cases forgotten), the walls between
 * the folders (scripts/lint/import-rules.mjs), and files that stay short enough to read.
 */
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

import { importRuleConfigs } from './scripts/lint/import-rules.mjs';

const typescriptFiles = ['**/*.ts', '**/*.svelte'];
const scriptFiles = ['scripts/**/*.mjs', '*.config.js'];

export default defineConfig(
  { ignores: ['node_modules/', 'out/', 'dist/', 'test-results/', '.cache/'] },
  {
    name: 'project/typescript',
    files: typescriptFiles,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `() => doIt()` is how a callback is written; that doIt answers nothing is no reason for braces.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Interfaces for what is implemented, types for what is data: both have their place.
      '@typescript-eslint/consistent-type-definitions': 'off',
      'max-lines': ['error', { max: 300 }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // A function may promise, because its interface says so, without having to wait for anything.
      '@typescript-eslint/require-await': 'off',
      // It would have us write `!`, which no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Both take what libraries declare (a string for a string enum, a class behind a factory) for a mistake.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    // What `createX(deps)` answers has no `this`: its methods may be handed around.
    name: 'project/unbound-methods',
    files: ['main/**/*.ts', 'preload/**/*.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/unbound-method': 'off' },
  },
  {
    name: 'project/no-console',
    files: ['main/**/*.ts', 'preload/**/*.ts', 'renderer/**/*.ts', 'renderer/**/*.svelte'],
    ignores: ['main/cli/**', 'main/**/log*.ts'],
    rules: { 'no-console': 'error' },
  },
  { name: 'project/svelte', files: ['**/*.svelte', '**/*.svelte.ts'], extends: [svelte.configs.recommended] },
  {
    name: 'project/svelte-typescript',
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        parser: tseslint.parser,
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // `let { value = $bindable() } = $props()`: Svelte reassigns what looks constant.
      'prefer-const': 'off',
      // It takes the words of a reason (`svelte-ignore code -- reason`) for codes.
      'svelte/no-unused-svelte-ignore': 'off',
      'svelte/prefer-const': ['error', { destructuring: 'all' }],
    },
  },
  {
    name: 'project/tests',
    files: ['test/**/*.ts'],
    rules: { 'max-lines': ['error', { max: 400 }] },
  },
  ...importRuleConfigs(),
  {
    name: 'project/scripts',
    files: scriptFiles,
    languageOptions: { globals: globals.node },
    rules: {
      'max-lines': ['error', { max: 300 }],
      eqeqeq: 'error',
      'no-undef': 'error',
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
      'no-var': 'error',
      'prefer-const': 'error',
    },
  },
);
