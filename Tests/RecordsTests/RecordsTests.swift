// Filled by the tests of the stage.
