export { openImageFolder, openRoot, openTarImage } from '@ring3/machine/engine';
