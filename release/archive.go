package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"
)

// A file is what an archive contains.
type file struct {
	name    string
	mode    fs.FileMode
	content []byte
}

// modified is the time of every file, so that archives do not differ by it. Zip
// begins in 1980.
var modified = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// extension returns the end of an archive's name.
func extension(goos string) string {
	if goos == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// archive returns files in a directory of that name, in the form that people on
// that system expect.
func archive(dir, goos string, files []file) ([]byte, error) {
	var out bytes.Buffer
	pack := tarball
	if goos == "windows" {
		pack = zipped
	}
	err := pack(&out, dir, files)
	return out.Bytes(), err
}

func tarball(w io.Writer, dir string, files []file) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	for _, f := range files {
		h := tar.Header{Name: path.Join(dir, f.name), Mode: int64(f.mode), Size: int64(len(f.content)), ModTime: modified, Format: tar.FormatUSTAR}
		if err := t.WriteHeader(&h); err != nil {
			return err
		}
		if _, err := t.Write(f.content); err != nil {
			return err
		}
	}
	return errors.Join(t.Close(), z.Close())
}

func zipped(w io.Writer, dir string, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		h := zip.FileHeader{Name: path.Join(dir, f.name), Method: zip.Deflate, Modified: modified}
		h.SetMode(f.mode)
		in, err := z.CreateHeader(&h)
		if err != nil {
			return err
		}
		if _, err := in.Write(f.content); err != nil {
			return err
		}
	}
	return z.Close()
}
