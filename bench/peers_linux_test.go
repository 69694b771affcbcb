package bench

var peers = []workspace{
	{
		name: "cp", // the yardstick: it only copies
		seal: copyFile,
		open: copyFile,
	},
	{
		name: "recipe",
		seal: func(dst, src string) error { return sealRecipe(dst, src, &testNonce, &testKey, *durable) },
		open: func(dst, src string) error { return openRecipe(dst, src, &testKey, *durable) },
	},
}

func copyFile(dst, src string) error { return process(dst, "cp", "--reflink=never", src, dst) }

func copyTree(dst, src string) error { return process(dst, "cp", "--reflink=never", "-r", src, dst) }
